import type { Auditor } from "../auditor.ts";

/** The audit's, the one trouble came by, and the beat of the master's loop. */
const timersOfNobody = 3;

/** After everybody has left and every bound has passed: nothing is left. */
export function atTheEnd(auditor: Auditor): void {
  const { breach, ledger, seen } = auditor;
  const { processes, master, store } = seen;
  const states = [...master.engine.states()];
  // L3, L4, L5: avatars, processes and connections, sessions.
  const avatars = [...processes.values()].flatMap(({ door }) => [...door.inside.keys()]);
  if (avatars.length > 0) breach("L3", `avatars left: ${avatars.join(", ")}`);
  if (processes.size > 0) breach("L4", `processes left: ${[...processes.keys()].join(", ")}`);
  const { connections } = master;
  if (connections.length > 0) breach("L4", `connections left: ${connections.join(", ")}`);
  const { armedCount, openEnds } = seen.nature;
  if (armedCount > timersOfNobody) breach("L4", `${armedCount} timers are armed`);
  if (openEnds > 0) breach("L4", `${openEnds} ends of sockets are open`);
  const sessions = states.filter(([address]) => address.startsWith("session:"));
  if (sessions.length > 0) breach("L5", `sessions left: ${sessions.map(([id]) => id).join(", ")}`);
  // L2: and everything else.
  const left = states.filter(([address]) => !/^(lobby|channel|session):/.test(address));
  if (left.length > 0)
    breach("L2", `machines left: ${left.map(([id, { phase }]) => `${id} ${phase}`).join(", ")}`);
  const lobby = new Map(states).get("lobby:main") as { inside?: number } | undefined;
  if (lobby && lobby.inside !== 0) breach("L2", `${lobby.inside} of nobody counted in`);
  // S24: what was acknowledged is there.
  for (const account of ledger.accounts)
    if (!store.read(account)) breach("S24", `${account} was acknowledged and is gone`);
  isCalm(auditor);
}

/** L8: where nothing goes wrong nothing is refused. */
function isCalm(auditor: Auditor): void {
  if (auditor.seen.circumstances.suite !== "calm") return;
  const refusals = [...auditor.counts].filter(([name]) => name.startsWith("refusal "));
  if (auditor.cells.has("travel.departing.deadline"))
    auditor.breach("L8", "a healthy world did not let go in time");
  if (refusals.length > 0) auditor.breach("L8", `refused in calm weather: ${JSON.stringify(refusals)}`);
}
