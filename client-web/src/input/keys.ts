/** What a key can do. Walking also always works with the arrow keys. */
export const actions = ["up", "down", "left", "right", "use", "chat", "mute", "network"] as const;
export type Action = (typeof actions)[number];
export type Keys = Readonly<Record<Action, string>>;

/** Physical keys (`KeyboardEvent.code`), so that WASD is where WASD is on every layout. */
export const defaultKeys: Keys = {
  up: "KeyW",
  down: "KeyS",
  left: "KeyA",
  right: "KeyD",
  use: "Space",
  chat: "Enter",
  mute: "KeyM",
  network: "F3",
};

const arrows: Readonly<Record<string, Action>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

/** Keys that must keep their meaning for moving around the page. */
const reserved = new Set(["Tab", "Escape", ...Object.keys(arrows)]);

export function actionOf(code: string, keys: Keys): Action | undefined {
  return arrows[code] ?? actions.find((action) => keys[action] === code);
}

/** The keys with one changed; an action that had that key gets the other's. A reserved key changes nothing. */
export function rebind(keys: Keys, action: Action, code: string): Keys {
  if (reserved.has(code) || code === "") return keys;
  const holder = actions.find((candidate) => keys[candidate] === code);
  const swapped = holder === undefined ? {} : { [holder]: keys[action] };
  return { ...keys, ...swapped, [action]: code };
}

/** Reads keys as they were stored; anything odd, and two actions on one key, gives the defaults. */
export function parseKeys(stored: string | null): Keys {
  if (stored === null) return defaultKeys;
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value !== "object" || value === null) return defaultKeys;
    const read = Object.fromEntries(
      actions.map((action) => [action, (value as Record<string, unknown>)[action]]),
    );
    const codes = Object.values(read);
    const isSound = codes.every((code) => typeof code === "string" && code !== "" && !reserved.has(code));
    return isSound && new Set(codes).size === codes.length ? (read as Keys) : defaultKeys;
  } catch {
    return defaultKeys;
  }
}

/** How a key is called on screen. */
export const keyName = (code: string): string => code.replace(/^(Key|Digit)/, "").replace(/^Numpad/, "Num ");
