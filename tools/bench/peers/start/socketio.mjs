import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
io.on("connection", () => {});
http.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: http.address().port })));
