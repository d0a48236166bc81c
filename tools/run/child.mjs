import { spawn } from "node:child_process";
import { constants } from "node:os";
import { root } from "./stop.mjs";

/**
 * Runs a program in the foreground to its end and resolves with its exit code; rejects when it cannot be started.
 * A terminal sends Ctrl-C to everybody in the foreground, and npm sends it once more: with a terminal it is
 * therefore only waited out here, without one it is passed on.
 */
export function runChild(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: "inherit", ...options });
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  const pass = {
    SIGINT: () => hasTerminal || child.kill("SIGINT"),
    SIGTERM: () => child.kill("SIGTERM"),
    // The terminal's window was closed: nobody is left to press Ctrl-C.
    SIGHUP: () => child.kill(hasTerminal ? "SIGTERM" : "SIGHUP"),
  };
  for (const [signal, onSignal] of Object.entries(pass)) process.on(signal, onSignal);
  // npm passes SIGTERM to a shell that dies of it without a word to us: losing the parent means the same.
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid === parent || child.kill("SIGTERM"), 500);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(signal ? 128 + constants.signals[signal] : code));
  }).finally(() => {
    clearInterval(watch);
    for (const [signal, onSignal] of Object.entries(pass)) process.off(signal, onSignal);
  });
}
