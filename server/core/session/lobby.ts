export type LobbyInput = { type: "enter" } | { type: "leave" } | { type: "rename"; re: number };
