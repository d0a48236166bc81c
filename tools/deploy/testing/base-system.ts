import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "./run.ts";

/** What a provider's image has and debootstrap's smallest system lacks. */
const base = "systemd,systemd-sysv,dbus,ca-certificates,iproute2,procps";
/** What bootstrap.sh installs: fetched here, for a machine that has no way out. */
const fetched = ["caddy", "curl", "nftables", "openssh-server", "sudo"];

/** The releases of Debian that Portcade is tried on, 12 and 13. */
export const suites = ["bookworm", "trixie"] as const;

/**
 * A bare Debian in `folder`, made where it is not there yet: about a minute and a connection to Debian's mirror.
 *
 * @throws when a step fails; nothing is left then
 */
export async function makeBaseSystem(folder: string, suite: (typeof suites)[number]): Promise<void> {
  if (existsSync(folder)) return;
  const next = `${folder}.next`;
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  try {
    await must("debootstrap", ["--variant=minbase", `--include=${base}`, suite, next]);
    writeFileSync(join(next, "etc/hostname"), "portcade\n");
    writeFileSync(join(next, "etc/hosts"), "127.0.0.1 localhost\n127.0.1.1 portcade\n::1 localhost\n");
    writeFileSync(join(next, "etc/apt/apt.conf.d/80-retries"), 'Acquire::Retries "5";\n');
    await must("chroot", [next, "apt-get", "update", "-q"]);
    const only = ["--download-only", "--no-install-recommends"];
    await must("chroot", [next, "apt-get", "install", "-y", "-q", ...only, ...fetched]);
    renameSync(next, folder);
  } catch (error) {
    rmSync(next, { recursive: true, force: true });
    throw error;
  }
}
