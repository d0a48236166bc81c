import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const http = createServer();
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
sockets.on("connection", () => {});
http.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: http.address().port })));
