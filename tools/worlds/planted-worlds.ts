import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const real = fileURLToPath(new URL("../../worlds", import.meta.url));

/** A Tiled map as far as tests spoil it. */
export interface AnyMap {
  [key: string]: unknown;
  layers: AnyLayer[];
}

export interface AnyLayer {
  [key: string]: unknown;
  name: string;
  data: number[];
  objects: AnyObject[];
}

export interface AnyObject {
  [key: string]: unknown;
  name: string;
  x: number;
  y: number;
  properties?: { name: string; value: unknown }[];
}

export interface Planted extends Disposable {
  /** A folder named `worlds`, and one for what is built of it. */
  readonly worldsDir: string;
  readonly outDir: string;
  /** Rewrites a JSON file below `worlds/`. */
  edit(path: string, change: (json: AnyMap) => void): void;
  write(path: string, bytes: string | Uint8Array): void;
  remove(path: string): void;
}

/** A copy of the real worlds in a folder of its own, for tests to spoil. */
export function plantWorlds(): Planted {
  const home = mkdtempSync(join(tmpdir(), "portcade-worlds-"));
  const worldsDir = join(home, "worlds");
  cpSync(real, worldsDir, { recursive: true });
  const write = (path: string, bytes: string | Uint8Array): void => {
    mkdirSync(dirname(join(worldsDir, path)), { recursive: true });
    writeFileSync(join(worldsDir, path), bytes);
  };
  return {
    worldsDir,
    outDir: join(home, "builds"),
    edit(path, change) {
      const json = JSON.parse(readFileSync(join(worldsDir, path), "utf8")) as AnyMap;
      change(json);
      write(path, JSON.stringify(json));
    },
    write,
    remove: (path) => rmSync(join(worldsDir, path), { recursive: true }),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** The layer of a map by its name. */
export const layerOf = (map: AnyMap, name: string): AnyLayer =>
  found(map.layers.find((layer) => layer.name === name));

/** The object of a map's `objects` by its name. */
export const objectOf = (map: AnyMap, name: string): AnyObject =>
  found(layerOf(map, "objects").objects.find((object) => object.name === name));

export function setProperty(object: AnyObject, name: string, value: unknown): void {
  object.properties = [
    ...(object.properties ?? []).filter((property) => property.name !== name),
    { name, value },
  ];
}

function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error("the worlds have changed: this test plants nothing");
  return thing;
}
