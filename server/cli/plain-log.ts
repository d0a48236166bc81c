import type { MasterLog } from "#roles/master.ts";
export function createLog(_: unknown): MasterLog {
  const print = (o: object) => process.stdout.write(JSON.stringify(o) + "\n");
  return {
    report: (event, fields) => void print({ event, ...fields }),
    transition: (t) =>
      void print({
        event: `${t.id.split(":")[0]}.${t.after}`,
        input: t.input,
        handled: t.handled,
        cause: t.cause,
        id: t.id,
      }),
    stalled: (s, r) => void print({ event: "engine.stalled", s, r }),
  };
}
export const metrics = () => Promise.resolve("");
