import Database from "better-sqlite3";

/** A second writer: holds these files from `locked` on until it is told anything, or ends. */

const connections = process.argv.slice(2).map((path) => new Database(path, { timeout: 5000 }));
for (const connection of connections) connection.exec("BEGIN IMMEDIATE");
process.send?.("locked");
process.once("message", () => {
  for (const connection of connections) {
    connection.exec("ROLLBACK");
    connection.close();
  }
  process.disconnect?.();
});
process.once("disconnect", () => process.exit());
