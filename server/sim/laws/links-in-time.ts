import type { Address } from "#shared/address.ts";
import type { Auditor } from "../auditor.ts";
import type { Condition } from "../lasting.ts";

/** Laws of the form "never for longer than" about the master's connections. */
export function* linksInTime(auditor: Auditor): Iterable<Condition> {
  yield* speakers(auditor);
  yield* strangers(auditor);
}

/** S6: one connection speaks for a launch, and there is that launch, and it knows of no other. */
function* speakers(auditor: Auditor): Iterable<Condition> {
  const law = "S6";
  const launches = new Map(auditor.launches());
  const links = new Map<Address, Address>();
  for (const { self, launch } of auditor.seen.master.speakers) {
    const other = links.get(launch);
    if (other) yield { law, key: launch, text: `${other} and ${self} speak for ${launch}`, boundMs: 0 };
    links.set(launch, self);
    const state = launches.get(launch);
    if (!state) yield { law, key: self, text: `${self} speaks for ${launch}, which is no more` };
    else if ("link" in state && state.link !== self)
      yield { law, key: self, text: `${self} speaks for ${launch}, which listens to ${state.link}` };
  }
  const excuse = auditor.seen.master.engine.isStalled ? "stalled" : undefined;
  for (const [launch, state] of launches)
    if (state.phase !== "stopping" && "link" in state && !links.has(launch))
      yield { law, key: launch, text: `${launch} is ${state.phase} and nobody speaks for it`, excuse };
}

/** S26: whoever has not said who they are is not kept. */
function* strangers({ seen }: Auditor): Iterable<Condition> {
  for (const stranger of seen.master.strangers)
    yield { law: "S26", key: stranger, text: `${stranger} has not said who it is` };
}
