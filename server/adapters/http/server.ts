import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join, sep } from "node:path";
import { fastifyStatic } from "@fastify/static";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { StartRefused } from "#engine/start-refused.ts";
import { contentSecurityPolicy, type PolicyOptions } from "./content-security-policy.ts";
import { addPackRoutes, type PackSource } from "./pack-routes.ts";
import { addPage } from "./page-route.ts";
import { portOwner } from "./port-owner.ts";

export interface Status {
  readonly players: number;
  /** World key → how many players are in it, for every world that runs. */
  readonly worlds: Readonly<Record<string, number>>;
  /** World key → how it fares, for every world that is not asleep. */
  readonly details: Readonly<Record<string, object>>;
  readonly uptimeSeconds: number;
  readonly version: string;
}

export interface HttpOptions {
  readonly port: number;
  /** A listening socket somebody else has opened and keeps open; then it is the port. */
  readonly fd?: number | undefined;
  readonly bindHost: string;
  /** PEM text; with it the port speaks HTTPS and `wss` only. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** The built client. */
  readonly webDir: string;
  readonly packs: PackSource;
  readonly policy: PolicyOptions;
  readonly maxConnections: number;
  readonly status: () => Status;
  /** Why the master is not ready, in plain words; `undefined` when it is. */
  readonly notReady: () => string | undefined;
  /** What an operator should look at although the master is ready. */
  readonly note?: () => string | undefined;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
}

export interface Http extends AsyncDisposable {
  /** For the `upgrade` event of the client gateway. */
  readonly server: Server;
  /**
   * Opens the port and resolves to it, which matters when 0 was asked for.
   *
   * @throws StartRefused with exit code 10 when the port cannot be had.
   */
  listen(): Promise<number>;
  /** Takes no connection any more; those that come wait for whoever listens next, if the socket is somebody else's. */
  stopAccepting(): void;
  /** Stops listening and ends plain HTTP connections; sockets that were upgraded are their gateway's. */
  close(): Promise<void>;
}

/** Short, so that a slow sender cannot hold a connection; the check runs often enough to mean it. */
const serverOptions: ServerOptions = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 8 * 1024,
};
const maxHeaders = 50;
const bodyBytes = 16 * 1024;
/** A download that moves no byte for so long is over. */
const silentMs = 60_000;

/** The one public port: client, packs, health; and the raw server for the client gateway. */
export function createHttp(options: HttpOptions): Http {
  const app = fastify({
    bodyLimit: bodyBytes,
    trustProxy: trustsHop,
    forceCloseConnections: true,
    return503OnClosing: false,
    serverFactory: (handler) => {
      const { tls } = options;
      const server = tls
        ? createTlsServer({ ...serverOptions, ...tls }, handler)
        : createServer(serverOptions, handler);
      server.maxHeadersCount = maxHeaders;
      server.maxConnections = options.maxConnections;
      server.timeout = silentMs;
      return server;
    },
  });
  addHeaders(app, options.policy);
  addHealth(app, options);
  addPackRoutes(app, options.packs);
  addClient(app, options.webDir);
  const close = async (): Promise<void> => {
    await app.close();
  };
  return {
    server: app.server,
    listen: () => listen(app, options),
    stopAccepting: () => void app.server.close(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** One proxy, and only on this machine: a socket file has no address, Caddy on loopback has. */
export function trustsHop(address: string | undefined, hop: number): boolean {
  if (hop !== 0) return false;
  return address === undefined || address === "::1" || /^(::ffff:)?127\./.test(address);
}

function addHeaders(app: FastifyInstance, policy: PolicyOptions): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "content-security-policy": contentSecurityPolicy(policy, request.headers.host),
      "x-content-type-options": "nosniff",
      "x-frame-options": "SAMEORIGIN",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    });
  });
  app.setErrorHandler((error: { statusCode?: number }, _, reply) => {
    const code = error.statusCode ?? 500;
    const words = code < 500 ? "This request could not be read.\n" : "Something went wrong here.\n";
    return plain(reply, code, words);
  });
}

function addHealth(app: FastifyInstance, options: HttpOptions): void {
  app.get("/healthz", (_, reply) => plain(reply, 200, "ok\n"));
  app.get("/readyz", (_, reply) => {
    const reason = options.notReady();
    if (reason !== undefined) return plain(reply, 503, `${reason}\n`);
    const note = options.note?.();
    return plain(reply, 200, note === undefined ? "ready\n" : `ready\n${note}\n`);
  });
  app.get("/status", { preHandler: forTheHouseOnly }, (_, reply) => {
    const { uptimeSeconds: uptime, ...rest } = options.status();
    return reply.header("cache-control", "no-store").send({ ...rest, uptime });
  });
  app.get("/metrics", { preHandler: forTheHouseOnly }, async (_, reply) =>
    reply
      .header("cache-control", "no-store")
      .type("text/plain; version=0.0.4; charset=utf-8")
      .send(await options.metrics()),
  );
}

/** Whoever comes through a proxy is not an operator on this machine. */
async function forTheHouseOnly(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { headers } = request;
  if (headers["x-forwarded-for"] !== undefined || headers.forwarded !== undefined) reply.callNotFound();
}

function addClient(app: FastifyInstance, webDir: string): void {
  const assets = join(webDir, "assets") + sep;
  void app.register(fastifyStatic, {
    root: webDir,
    index: ["index.html"],
    dotfiles: "ignore",
    cacheControl: false,
    // Names under `assets/` carry a hash of their content; every other name may change what it means.
    setHeaders: (reply, path) => {
      reply.header(
        "cache-control",
        path.startsWith(assets) ? "public, max-age=31536000, immutable" : "no-cache",
      );
    },
  });
  addPage(app, webDir);
  app.setNotFoundHandler((_, reply) => plain(reply, 404, "There is nothing at this address.\n"));
}

const plain = (reply: FastifyReply, code: number, text: string): FastifyReply =>
  reply.code(code).header("cache-control", "no-store").type("text/plain; charset=utf-8").send(text);

async function listen(app: FastifyInstance, { port, fd, bindHost }: HttpOptions): Promise<number> {
  try {
    await app.listen({ host: bindHost, ...(fd === undefined ? { port } : { fd }) });
    return (app.server.address() as AddressInfo).port;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartRefused(10, fd === undefined ? whyNot(code, port, bindHost) : notASocket(fd, code));
  }
}

const notASocket = (fd: number, code = "error"): string =>
  `descriptor ${fd} (LISTEN_FDS) is no socket that listens on a port (${code})`;

function whyNot(code: string | undefined, port: number, bindHost: string): string {
  if (code === "EADDRINUSE") {
    const owner = portOwner(port) ?? "another process";
    return `port ${port} (PORTCADE_PORT) is taken by ${owner}; stop it, or set another port`;
  }
  if (code === "EACCES")
    return `port ${port} (PORTCADE_PORT) may not be opened by this user; set one above 1023`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return `${bindHost} (PORTCADE_BIND_HOST) is no address of this machine`;
  return `port ${port} (PORTCADE_PORT) cannot be opened on ${bindHost} (${code ?? "error"})`;
}
