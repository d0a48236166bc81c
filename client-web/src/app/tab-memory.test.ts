import { describe, expect, it } from "vitest";
import { TabMemory } from "./tab-memory.ts";

function store(): Pick<Storage, "getItem" | "setItem" | "removeItem"> & { items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  };
}
const resume = { token: "t", epoch: "e", seq: 3 };

describe("what a tab remembers", () => {
  it("comes back as it was written, until it is forgotten", () => {
    const memory = new TabMemory(store(), "ws://a/");
    expect(memory.read()).toBeUndefined();
    memory.write(resume);
    expect(memory.read()).toEqual(resume);
    memory.forget();
    expect(memory.read()).toBeUndefined();
  });

  it("is never shown to another master", () => {
    const shared = store();
    new TabMemory(shared, "ws://a/").write(resume);
    expect(new TabMemory(shared, "ws://b/").read()).toBeUndefined();
  });

  it("is nothing when what is stored is damaged", () => {
    const shared = store();
    for (const text of ["", "{", "null", "[]", '{"token":1}', '{"token":"t","epoch":"e"}']) {
      shared.items.set("portcade:resume:ws://a/", text);
      expect(new TabMemory(shared, "ws://a/").read(), text).toBeUndefined();
    }
  });

  it("costs nothing but the resume when the page may store nothing", () => {
    const forbidden = (): never => {
      throw new Error("forbidden");
    };
    for (const place of [undefined, { getItem: forbidden, setItem: forbidden, removeItem: forbidden }]) {
      const memory = new TabMemory(place, "ws://a/");
      memory.write(resume);
      expect(memory.read()).toBeUndefined();
      memory.forget();
    }
  });
});
