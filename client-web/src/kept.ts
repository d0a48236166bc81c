type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What the browser keeps for this site or this tab; where it forbids that or is full, what this page remembers. */
export function kept(where: "localStorage" | "sessionStorage"): Kept {
  const memory = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T, otherwise: T): T => {
    try {
      return use(globalThis[where]);
    } catch {
      return otherwise;
    }
  };
  return {
    getItem: (name) => memory.get(name) ?? attempt((storage) => storage.getItem(name), null),
    setItem: (name, value) => {
      const isStored = attempt((storage) => (storage.setItem(name, value), true), false);
      if (isStored) memory.delete(name);
      else memory.set(name, value);
    },
    removeItem: (name) => {
      memory.delete(name);
      attempt((storage) => storage.removeItem(name), undefined);
    },
  };
}
