import { createServer } from "node:net";

// Listens where it was started, hands that to whoever started it, and is gone.
const server = createServer().listen(0, "127.0.0.1", () => {
  process.send?.("door", server, () => process.exit());
});
