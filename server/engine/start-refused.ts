/**
 * The process cannot start, and one line says why: a taken port, a broken database, a second master.
 * Only `main.ts` catches it; `exitCode` is what the process then exits with.
 */
export class StartRefused extends Error {
  override readonly name = "StartRefused";
  readonly exitCode: number;

  constructor(exitCode: number, line: string) {
    super(line);
    this.exitCode = exitCode;
  }
}
