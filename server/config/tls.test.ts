import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testCertificate } from "#adapters/http/testing.ts";
import { type Config, readConfig, type Reading } from "../config.ts";

const read = (env: Record<string, string>): Reading => readConfig(env, { cwd: "/", packDir: "/packs" });
const config = (env: Record<string, string>): Config => {
  const reading = read(env);
  expect(reading.problems).toEqual([]);
  return reading.config as Config;
};

describe("TLS", () => {
  let dir: string;
  let own: { cert: string; key: string };
  const env = (cert: string, key: string): Record<string, string> => ({
    PORTCADE_TLS_CERT: join(dir, cert),
    PORTCADE_TLS_KEY: join(dir, key),
  });
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "portcade-tls-"));
    own = testCertificate();
    const other = testCertificate();
    writeFileSync(join(dir, "cert.pem"), own.cert);
    writeFileSync(join(dir, "key.pem"), own.key);
    writeFileSync(join(dir, "other.pem"), other.key);
    writeFileSync(join(dir, "text"), "hello");
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test("reads both files, and then players dial wss", () => {
    expect(config(env("cert.pem", "key.pem"))).toMatchObject({ tls: own, clientScheme: "wss" });
    expect(config({ ...env("cert.pem", "key.pem"), PORTCADE_CLIENT_SCHEME: "ws" }).clientScheme).toBe("ws");
  });

  test("needs both", () => {
    const { PORTCADE_TLS_CERT: cert, PORTCADE_TLS_KEY: key } = env("cert.pem", "key.pem");
    expect(read({ PORTCADE_TLS_CERT: cert as string }).problems[0]).toContain("PORTCADE_TLS_KEY is missing");
    expect(read({ PORTCADE_TLS_KEY: key as string }).problems[0]).toContain("PORTCADE_TLS_CERT is missing");
  });

  test("stops the start when a file cannot be read", () => {
    const { problems } = read(env("none.pem", "gone.pem"));
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain(
      `PORTCADE_TLS_CERT: cannot read ${JSON.stringify(join(dir, "none.pem"))} (ENOENT)`,
    );
    expect(problems[1]).toContain("PORTCADE_TLS_KEY: cannot read");
  });

  test.each([
    ["text", "key.pem"],
    ["cert.pem", "text"],
    ["cert.pem", "other.pem"],
  ])("stops the start when %s and %s are no pair", (cert, key) => {
    const { problems } = read(env(cert, key));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain("do not work together");
    expect(problems[0]).not.toContain("\n");
  });
});
