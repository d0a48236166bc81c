import type { Attached, InWorld, Lobby, Naming, Travelling } from "./session.ts";

/** One guest's session in each of its phases, and the same player with an account. */

export const self = "session:s";
export const client = "client:c1";
export const player = "player:s";
export const launch = "launch:hub";
export const place = { world: "hub", x: 50, y: 60, facing: 1 };
const stay = {
  identity: { name: "Guest-1" },
  client,
  resumeHash: "new",
  previousHash: "old",
  durableAt: 0,
} as const;
const admission = { id: "a1", launch, world: "hub", identity: { name: "Guest-1" }, seq: 3 } as const;
export const lobby: Lobby = { ...stay, phase: "lobby", place };
export const inWorld: InWorld = { ...stay, phase: "inWorld", place, admission };
export const travelling: Travelling = {
  ...stay,
  phase: "travelling",
  place,
  admission,
  travel: "travel:t1",
  cause: "portal",
  target: "left_world",
  tried: [],
};
export const hello = { re: 1, version: "0.1", protocol: 1 };
export const naming: Naming = { phase: "naming", client, hello };
export const everywhere: Attached[] = [lobby, inWorld, travelling];

export const fromClient = { self, from: client } as const;
export const fromLaunch = { self, from: launch } as const;
export const fromTravel = { self, from: "travel:t1" } as const;
export const fromAccount = { self, from: "account:ada" } as const;

export const asAda = { name: "Ada", account: "account:ada" } as const;
export const ada = <S extends Attached>(state: S): S => ({
  ...state,
  identity: asAda,
  ...("admission" in state && state.admission && { admission: { ...state.admission, identity: asAda } }),
});
