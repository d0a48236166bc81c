import { layoutOf } from "../layout.ts";
import { appVersion } from "#shared/version.ts";
import { readCommand } from "./arguments.ts";
import { exitCodes } from "./exit-codes.ts";
import { helpOf } from "./help.ts";
import { changeVersion, VersionRefused } from "./version-file.ts";

/**
 * Does what the command line asks for.
 *
 * @param entry the file that was started
 * @returns the exit code
 */
export async function run(argv: readonly string[], entry: string): Promise<number> {
  const command = readCommand(argv);
  switch (command.name) {
    case "wrong":
      process.stderr.write(`${command.problem}; see portcade help ${command.topic ?? ""}`.trimEnd() + "\n");
      return command.isOrder ? exitCodes.wrongOrder.code : exitCodes.badArguments.code;
    case "help":
      process.stdout.write(helpOf(command.topic));
      return exitCodes.clean.code;
    case "version": {
      const { change } = command;
      if (change) return tellChange(() => changeVersion(entry, change.to));
      process.stdout.write(`${appVersion}\n`);
      return exitCodes.clean.code;
    }
    // What a command needs is loaded for it alone: `version` must not wait for a database driver.
    case "start": {
      const { start } = await import("./start.ts");
      return start({ entry, ...command });
    }
    case "world": {
      const { runWorld } = await import("./world.ts");
      return runWorld(layoutOf(entry), command);
    }
    case "backup": {
      const { runBackup } = await import("./backup.ts");
      return runBackup(layoutOf(entry), command);
    }
    case "restore": {
      const { runRestore } = await import("./restore.ts");
      return runRestore(layoutOf(entry), command);
    }
    case "caddyfile": {
      const { runCaddyfile } = await import("./caddyfile.ts");
      return runCaddyfile(layoutOf(entry), command);
    }
    case "order": {
      const { giveOrder } = await import("./give-order.ts");
      return giveOrder(command, layoutOf(entry));
    }
  }
}

function tellChange(change: () => string): number {
  try {
    process.stdout.write(`${change()}\n`);
    return exitCodes.clean.code;
  } catch (error) {
    if (!(error instanceof VersionRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    return exitCodes.badArguments.code;
  }
}
