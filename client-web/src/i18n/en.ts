import type { Refusal } from "#shared/refusal.ts";
import type { Cause } from "#shared/protocol/client-master.ts";
import type { Problem, Prompt, View } from "../app/view.ts";

/** What each refusal means to the person who was refused. */
const reasons: Readonly<Record<Problem["reason"], string>> = {
  version_mismatch: "The game was updated. Reload to get the new version.",
  protocol_unsupported: "This page is too old to talk to the server. Reload it.",
  server_full: "The server is full. Try again in a moment.",
  connect_rate: "Too many connections from here. Wait a moment.",
  continued_elsewhere: "You continued elsewhere.",
  session_expired: "Your stay here has ended. Reload to come back.",
  shutting_down: "The server is restarting. It will be back soon.",
  bad_request: "The server did not understand this page. Reload it.",
  too_many_requests: "That was too much at once. Wait a moment.",
  try_later: "The server is busy. Try again in a moment.",
  invalid_name: "Enter 1-20 characters: letters, digits, _ and -. Names starting with Guest- are reserved.",
  already_logged_in: "You are logged in already.",
  not_logged_in: "You are not logged in.",
  login_rate: "Too many log-ins. Wait a minute.",
  takeover_limit: "This name moved between places too often. Wait a minute.",
  invalid_world: "There is no such world.",
  missing_travel_lease: "That journey was never begun. Use the portal again.",
  not_active_world: "You are not in that world any more.",
  invalid_travel_lease: "That journey is over. Use the portal again.",
  travel_lease_target_mismatch: "That journey leads elsewhere. Use the portal again.",
  travel_lease_expired: "That took too long. Use the portal again.",
  already_travelling: "You are on your way already.",
  world_unavailable: "That world could not be opened. You are still here.",
  world_draining: "That world is being emptied. Try again in a moment.",
  world_full: "That world is full. You are still here.",
  ticket_unavailable: "That world did not answer in time. You are still here.",
  travel_cancelled: "You stay here.",
  world_pack_unavailable: "That world has nothing to download right now. You are still here.",
  admission_denied: "That world did not let you in. You are still here.",
  not_joined: "You are not in this world yet.",
  invalid_portal: "There is no such portal here.",
  not_at_portal: "Step closer to the portal.",
  not_in_reach: "Step closer.",
  master_unreachable: "This world has lost touch with the server. Try again in a moment.",
  removed: "You were removed from this world.",
  chat_rate: "You are writing too fast. Wait a moment.",
  chat_empty: "There is nothing to send.",
  pack_failed: "The download of that world failed. You are still here.",
  pack_offline: "That world's download cannot be reached. You are still here.",
};

/** Titles and words of the prompts. */
const prompts: Readonly<Record<Prompt["kind"], { readonly title: string; readonly text: string }>> = {
  update: { title: "Game updated", text: "A new version is ready. Reload to play on." },
  connection_lost: {
    title: "Connection Lost",
    text: "The game server disconnected. It may be restarting for an update.",
  },
  world_disconnected: {
    title: "World Disconnected",
    text: "The world server disconnected. It may be restarting for an update.",
  },
  server_offline: {
    title: "Server Offline",
    text: "The game server is offline or restarting. Try again soon.",
  },
  connection_rejected: { title: "Connection Rejected", text: "The game server rejected the connection" },
  site_refused: {
    title: "Site Refused",
    text: "The game server lets in no page of this site. Open the game from the server's own site.",
  },
  continued_elsewhere: {
    title: "You continued elsewhere",
    text: "Your game is open in another tab or on another device. It goes on there.",
  },
  confirm_host: {
    title: "Connect to another server?",
    text: "The link you opened wants to connect to a server that is not part of this site:",
  },
};

const opening = "Opening the portal…";

/** While one world is left for another. */
const onTheWay: Readonly<Record<Cause, string>> = {
  first: opening,
  portal: opening,
  login: opening,
  logout: opening,
  rejoin: "Taking you back…",
  drain: "Moving you along…",
};

/** What became of the world on screen. */
const lost: Readonly<Record<NonNullable<View["lost"]>, string>> = {
  crashed: "This world stopped. You will be back where you stood.",
  closed: "This world was closed. You will be back in a moment.",
  left: "You left this world. You will be back in a moment.",
  removed: "You were removed from this world.",
};

/** What becomes of the world on screen, and of who is in it: `to` is named when they go to another world. */
const drains = (to: string | undefined): string =>
  to === undefined ? "This world restarts" : "This world closes";
const moved = (to: string | undefined): string =>
  to === undefined ? "You will be moved along." : `You will be moved to ${to}.`;

/** Minutes and seconds. */
const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

const count = new Intl.NumberFormat("en");
const megabytes = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Every word of the interface. Other languages `satisfies typeof en`. */
export const en = {
  reason: (reason: Problem["reason"] | Refusal): string => reasons[reason],
  prompts,
  rejectedBecause: (reason: Refusal): string => `${prompts.connection_rejected.text}: ${reasons[reason]}`,
  siteHint: (origin: string): string =>
    `Is this site yours? Start the server with PORTCADE_PAGE_ORIGINS=${origin}`,
  updateLater: (server: string): string =>
    `The server runs version ${server}, but this site still serves an older page. Try again shortly.`,
  updateComing: (server: string): string =>
    `The server is still at version ${server} and is being updated. You are let in as soon as it is ready.`,
  updateOut: (version: string): string => `Version ${version} is out.`,
  reload: "Reload",
  tryAgain: "Try again",
  dismiss: "Dismiss",
  playHere: "Play here",
  connect: "Connect",
  stayHere: "Do not connect",
  hostWarning:
    "Only go on if you trust whoever gave you this link. Nothing saved on this device is sent there.",

  tagline: "Many small worlds. One step between them.",
  connecting: "Connecting…",
  entering: opening,
  onTheWay,
  lost,
  offline: "Offline. Trying again…",
  waiting: "Waiting for you.",
  canvas: (world: string): string => (world === "" ? "World" : `World: ${world}`),
  youAreIn: (world: string, x: number, y: number): string => `You are in ${world} at ${x}, ${y}.`,

  nearby: "Nearby",
  portals: "Portals",
  travelTo: (world: string): string => `Travel to ${world}`,
  nobody: "Nobody close by.",
  talkTo: (name: string): string => `Talk to ${name}`,

  chat: "Chat",
  message: "Message",
  messageHint: "Say something",
  chatDown: "chat unavailable",
  send: "Send",
  showChat: "Show all messages",
  hideChat: "Show fewer messages",

  session: "Session",
  version: (version: string): string => `v${version}`,
  guest: (name: string): string => `Guest: ${name}`,
  loggedIn: (name: string): string => `Logged in: ${name}`,
  login: "Log in",
  logout: "Log out",
  name: "Name",
  loginHint: "Enter a name. New names start fresh; existing names resume.",
  unprotected: "Names are not protected yet: anyone can log in with any name.",
  cancel: "Cancel",

  downloading: (world: string): string => `Downloading ${world}`,
  amount: (loaded: number, total: number): string =>
    `${megabytes.format(loaded / 1e6)} of ${megabytes.format(total / 1e6)} MB`,
  downloaded: (world: string, percent: number): string => `Downloading ${world}, ${count.format(percent)} %`,
  savingPaused: "Saving is paused. You can play on.",
  masterAway: "The server restarts. You play on.",
  drains: (ms: number, to?: string): string =>
    `${drains(to)} ${ms < 1000 ? "now" : `in ${clock(Math.floor(ms / 1000))}`}. ${moved(to)}`,
  drainsIn: (minutes: number, to?: string): string =>
    `${drains(to)} in ${minutes === 1 ? "one minute" : `${count.format(minutes)} minutes`}. ${moved(to)}`,
  movedAlong: "You were moved along. Play on.",

  network: "Network",
  help: "Controls",
  helpHint: "Controls and sound",
  soundOn: "Sound is on. Turn it off",
  soundOff: "Sound is off. Turn it on",
  volume: "Volume",
  close: "Close",
  change: "Change",
  changeKey: (action: string): string => `Change the key for ${action}`,
  pressKey: "Press a key…",
  resetKeys: "Reset keys",
  actions: {
    up: "Walk up",
    down: "Walk down",
    left: "Walk left",
    right: "Walk right",
    use: "Use or talk",
    chat: "Write a message",
    mute: "Sound on or off",
    network: "Network figures",
  },
  hints: {
    keyboard: [
      ["WASD", "walk"],
      ["Space", "use or talk"],
      ["Enter", "chat"],
    ],
    gamepad: [
      ["Stick", "walk"],
      ["A", "use or talk"],
    ],
    touch: [
      ["Drag", "walk"],
      ["Tap", "go there"],
    ],
  },
  touchHelp:
    "Touch: drag on the left half to walk, tap where you want to go, tap a portal to travel, somebody to talk.",
  gamepadHelp: "Gamepad: left stick or cross to walk, A to use a portal or talk, Select to chat.",
  inReach: { keyboard: "[SPACE]", gamepad: "A", touch: "Tap" },
  guestTag: "guest",
} as const;
