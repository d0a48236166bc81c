import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const composeFile = fileURLToPath(new URL("../compose.yaml", import.meta.url));

/** What compose.yaml may say of a service; what else it says has to be thought about. */
interface Service {
  readonly image: string;
  readonly ports?: readonly string[];
  readonly network_mode?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly pids_limit?: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
}
/** What is of another service's start and end, or of the image. */
const leftOut = ["build", "restart", "depends_on", "stop_grace_period"];

const asOptions: {
  readonly [Key in Exclude<keyof Service, "image">]-?: (value: never) => readonly string[];
} = {
  ports: (ports: readonly string[]) => ports.map((port) => `--publish=${port}`),
  network_mode: (mode: string) => [`--network=${mode.replace(/^service:/, "container:")}`],
  // podman brings writable places of its own along with it, docker does not.
  read_only: (isReadOnly: boolean) => [`--read-only=${isReadOnly}`, "--read-only-tmpfs=false"],
  tmpfs: (paths: readonly string[]) => paths.map((path) => `--tmpfs=${path}`),
  cap_drop: (names: readonly string[]) => names.map((name) => `--cap-drop=${name}`),
  security_opt: (names: readonly string[]) => names.map((name) => `--security-opt=${name}`),
  pids_limit: (limit: number) => [`--pids-limit=${limit}`],
  environment: (all: Readonly<Record<string, string>>) =>
    Object.entries(all).map(([name, value]) => `--env=${name}=${value}`),
  volumes: (volumes: readonly string[]) =>
    volumes.map(
      (volume) => `--volume=${volume.replace(/^\.[^:]*/, (path) => resolve(dirname(composeFile), path))}`,
    ),
};

/** A volume's own options, by name; those that are left out have none. */
export function composedVolumes(): Readonly<Record<string, readonly string[]>> {
  const { volumes } = parse(readFileSync(composeFile, "utf8")) as {
    volumes: Readonly<Record<string, { driver_opts?: Readonly<Record<string, string>> } | null>>;
  };
  return Object.fromEntries(
    Object.entries(volumes).map(([name, volume]) => [
      name,
      Object.entries(volume?.driver_opts ?? {}).map(([key, value]) => `--opt=${key}=${value}`),
    ]),
  );
}

/** What compose.yaml says of a service, as options for podman, with variables in their places; and its image. */
export function composed(
  name: "caddy" | "portcade",
  variables: Readonly<Record<string, string>>,
  change: (service: Service) => Partial<Service> = () => ({}),
): { readonly image: string; readonly options: readonly string[] } {
  const text = readFileSync(composeFile, "utf8").replaceAll(
    /\$\{(\w+)(?::\?[^}]*)?\}/g,
    (_, variable: string) => {
      const value = variables[variable];
      if (value === undefined) throw new Error(`compose.yaml wants ${variable}`);
      return value;
    },
  );
  const { services } = parse(text) as { services: Readonly<Record<string, Service>> };
  const told = services[name];
  if (!told) throw new Error(`compose.yaml has no service ${name}`);
  const { image, ...service } = { ...told, ...change(told) };
  const options = Object.entries(service).flatMap(([key, value]) => {
    if (leftOut.includes(key)) return [];
    if (!Object.hasOwn(asOptions, key))
      throw new Error(`compose.yaml says ${key} of ${name}: what is that to podman?`);
    return asOptions[key as keyof typeof asOptions](value as never);
  });
  return { image, options };
}
