import { afterEach, expect, test, vi } from "vitest";
import { kept } from "./kept.ts";

afterEach(() => vi.unstubAllGlobals());

test("what the browser keeps is found by the next page", () => {
  const entries = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => entries.get(name) ?? null,
    setItem: (name: string, value: string) => void entries.set(name, value),
    removeItem: (name: string) => void entries.delete(name),
  });
  kept("localStorage").setItem("portcade.volume", "0.4");
  expect(kept("localStorage").getItem("portcade.volume")).toBe("0.4");
  kept("localStorage").removeItem("portcade.volume");
  expect(entries.size).toBe(0);
});

test("a browser that forbids storage, or has no room, costs nothing but the memory of it", () => {
  const refuse = (): never => {
    throw new DOMException("forbidden", "SecurityError");
  };
  vi.stubGlobal("sessionStorage", { getItem: refuse, setItem: refuse, removeItem: refuse });
  const tab = kept("sessionStorage");
  expect(tab.getItem("token")).toBeNull();
  tab.setItem("token", "abc");
  expect(tab.getItem("token")).toBe("abc");
  tab.removeItem("token");
  expect(tab.getItem("token")).toBeNull();
});
