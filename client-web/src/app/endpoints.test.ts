import { describe, expect, it } from "vitest";
import { fillTemplate, readEndpoints, withoutOverrides } from "./endpoints.ts";

const page = { protocol: "http:", host: "play.example:8080", hostname: "play.example" };
const secure = { protocol: "https:", host: "play.example", hostname: "play.example" };
const at = (query: string, more = {}) => readEndpoints({ query, page, isServedByMaster: true, ...more });

describe("where the client dials", () => {
  it("is the page's own host when a master serves it, else the one built in, else this machine", () => {
    const isServedByMaster = false;
    expect(at("").master).toBe("ws://play.example:8080/");
    expect(at("", { page: secure }).master).toBe("wss://play.example/");
    expect(at("", { master: "wss://x.example/" }).master).toBe("ws://play.example:8080/");
    expect(at("", { isServedByMaster, master: "wss://x.example/" }).master).toBe("wss://x.example/");
    expect(at("", { isServedByMaster }).master).toBe("ws://127.0.0.1:19080/");
    expect(readEndpoints({ query: "" }).master).toBe("ws://127.0.0.1:19080/");
  });

  it("is what the address says, before everything else", () => {
    expect(at("?master_url=ws://127.0.0.1:4000/").master).toBe("ws://127.0.0.1:4000/");
    expect(at("?server_host=localhost").master).toBe("ws://localhost:19080/");
    expect(at("?server_host=localhost:5000&server_scheme=wss").master).toBe("wss://localhost:5000/");
    expect(at("?master_url=ws://localhost:1/&server_host=127.0.0.1").master).toBe("ws://localhost:1/");
    expect(readEndpoints({ query: "?server_host=far.example", page: secure }).master).toBe(
      "wss://far.example:19080/",
    );
    expect(at("?world_pack_base_url=http://127.0.0.1:19100/packs//").packBase).toBe(
      "http://127.0.0.1:19100/packs",
    );
    expect(at("?world_url_template=ws://127.0.0.1/{world_key}").worldTemplate).toBe(
      "ws://127.0.0.1/{world_key}",
    );
  });

  it("ignores what is no usable address, and says so", () => {
    for (const bad of [
      "master_url=http://127.0.0.1/",
      "master_url=ws://",
      "master_url=ws:///path",
      "master_url=127.0.0.1:19080",
      "master_url=javascript:alert(1)",
      "master_url=ws://known@evil.example/",
      "server_host=a/b",
      "server_scheme=http",
      "world_url_template=ws://127.0.0.1/world",
      "world_url_template=ws:///{world_key}",
      "world_url_template=ws://{world_key}.evil.example/",
      "world_url_template=https://127.0.0.1/{world_key}",
      "world_pack_base_url=file:///etc",
      "world_pack_base_url=https://",
    ]) {
      const endpoints = at(`?${bad}`);
      expect(endpoints.ignored, bad).toHaveLength(1);
      expect(endpoints, bad).toMatchObject({ master: "ws://play.example:8080/", strangers: [] });
      expect([endpoints.worldTemplate, endpoints.packBase]).toEqual([undefined, undefined]);
    }
  });

  it("asks about every host but the page's own, loopback and those built in", () => {
    const hosts = ["server.example", "packs.example:8443"];
    const strangers = (query: string) => at(query, { hosts }).strangers;
    expect(strangers("?master_url=ws://play.example:8080/")).toEqual([]);
    expect(strangers("?master_url=ws://127.0.0.1:1/&world_pack_base_url=http://[::1]:2/")).toEqual([]);
    expect(
      strangers("?master_url=wss://server.example/&world_pack_base_url=https://packs.example:8443/"),
    ).toEqual([]);
    expect(strangers("?master_url=wss://evil.example/")).toEqual(["evil.example"]);
    expect(strangers("?master_url=wss://play.example:9/")).toEqual(["play.example:9"]);
    expect(strangers("?server_host=evil.example")).toEqual(["evil.example:19080"]);
    expect(strangers("?master_url=wss://127.0.0.1.evil.example/")).toEqual(["127.0.0.1.evil.example"]);
    expect(strangers("?master_url=wss://server.example.evil.example/")).toEqual([
      "server.example.evil.example",
    ]);
    expect(
      strangers(
        "?world_url_template=wss://a.example/{world_key}&world_pack_base_url=https://b.example/&master_url=wss://a.example/",
      ),
    ).toEqual(["a.example", "b.example"]);
  });

  it("forgets the overrides when the player says no", () => {
    const sources = { query: "?master_url=wss://evil.example/&world_pack_base_url=https://b.example/", page };
    expect(withoutOverrides({ ...sources, isServedByMaster: true })).toEqual(at(""));
  });

  it("fills a template with the route, encoded", () => {
    expect(fillTemplate("wss://a.example/{world_key}", "hub.l7")).toBe("wss://a.example/hub.l7");
    expect(fillTemplate("wss://a.example/{world_key}", "../x")).toBe("wss://a.example/..%2Fx");
  });
});
