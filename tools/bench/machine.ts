import { cpus, getPriority, loadavg, release, totalmem, type } from "node:os";
import { appVersion } from "#shared/version.ts";

/** What a figure must be read with: when, on what, of which versions, and how busy with other things. */
export function machineLine(): string {
  const [cpu] = cpus();
  const cores = cpus().length;
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg()[0]?.toFixed(1);
  const priority = getPriority() === 0 ? "" : `, at priority ${getPriority()}`;
  // A kernel's number says enough; what follows it names somebody's build.
  const [kernel] = release().split("-");
  const day = new Date().toISOString().slice(0, 10);
  return `${day} · Portcade ${appVersion}, Node ${process.versions.node} · ${cores} cores of ${cpu?.model.trim()}, ${memory} GiB, ${type()} ${kernel}, load average ${load} before the run${priority}`;
}
