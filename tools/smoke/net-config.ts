import { readEndpoints } from "#client/app/endpoints.ts";
import { readConfig } from "#server/config.ts";
import { runSmoke, type SmokeRun } from "./smoke-run.ts";

const where = { cwd: process.cwd(), packDir: "builds/world_packs" };
const page = { protocol: "https:", host: "play.example", hostname: "play.example" };

/** The address rules of server and client: default, override, wrong scheme, no placeholder, no host. */
await runSmoke({ name: "net-config", marker: "NET_CONFIG_SMOKE_PASS", timeoutS: 30 }, async (smoke) => {
  const server = checkServer(smoke);
  const client = checkClient(smoke);
  return `server=${server} client=${client}`;
});

function checkServer(smoke: SmokeRun): number {
  const good = [
    ["PUBLIC_MASTER_URL", "wss://server.example/"],
    ["PUBLIC_WORLD_URL_TEMPLATE", "wss://server.example/{world_key}"],
    ["WORLD_PACK_BASE_URL", "https://packs.example/world_packs/"],
    ["CLIENT_SCHEME", "wss"],
    ["BIND_HOST", "*"],
  ] as const;
  const bad = [
    ["PUBLIC_MASTER_URL", "https://server.example/"],
    ["PUBLIC_MASTER_URL", "wss:///"],
    ["PUBLIC_WORLD_URL_TEMPLATE", "wss://server.example/world"],
    ["PUBLIC_WORLD_URL_TEMPLATE", "wss:///{world_key}"],
    ["WORLD_PACK_BASE_URL", "ftp://packs.example/"],
    ["CLIENT_SCHEME", "http"],
  ] as const;
  const { config } = readConfig({}, where);
  smoke.check(
    config?.port === 19_080 && config.bindHost === "127.0.0.1",
    "the defaults are not the documented ones",
  );
  for (const [name, value] of good)
    for (const prefix of ["PORTCADE_", "MULTI_SERVER_"]) {
      const { problems } = readConfig({ [prefix + name]: value }, where);
      smoke.check(problems.length === 0, `${prefix}${name}=${value} is refused: ${problems[0]}`);
    }
  for (const [name, value] of bad) {
    const [problem, ...more] = readConfig({ [`PORTCADE_${name}`]: value }, where).problems;
    const isClear = more.length === 0 && problem?.includes(name) === true && problem.includes(value);
    smoke.check(isClear, `PORTCADE_${name}=${value} is not refused with one clear line: ${problem}`);
  }
  return 1 + good.length * 2 + bad.length;
}

function checkClient(smoke: SmokeRun): number {
  const good = [
    ["", "wss://play.example/"],
    ["?master_url=ws://127.0.0.1:19080/", "ws://127.0.0.1:19080/"],
    ["?server_host=localhost", "ws://localhost:19080/"],
    ["?server_host=localhost&server_scheme=wss", "wss://localhost:19080/"],
    ["?server_host=far.example", "wss://far.example:19080/"],
  ] as const;
  const bad = [
    "master_url=https://server.example/",
    "master_url=wss:///",
    "world_url_template=wss://server.example/world",
    "world_url_template=wss:///{world_key}",
    "world_pack_base_url=ftp://packs.example/",
    "server_scheme=http",
  ];
  const isServedByMaster = true;
  for (const [query, master] of good)
    smoke.check(
      readEndpoints({ query, page, isServedByMaster }).master === master,
      `${query} does not lead to ${master}`,
    );
  const hosted = readEndpoints({ query: "", page }).master;
  smoke.check(hosted === "ws://127.0.0.1:19080/", `a page on a static host dials ${hosted}`);
  for (const query of bad) {
    const { ignored, master, strangers } = readEndpoints({ query, page, isServedByMaster });
    const isIgnored = ignored.length === 1 && master === "wss://play.example/" && strangers.length === 0;
    smoke.check(isIgnored, `${query} is not ignored`);
  }
  return good.length + 1 + bad.length;
}
