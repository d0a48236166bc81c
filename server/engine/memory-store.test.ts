import { storeContract } from "./store.contract.ts";
import { TestStore } from "./testing.ts";

storeContract("memory", async () => {
  const store = new TestStore();
  return {
    store,
    reopen: () => Promise.resolve(store),
    jam: (isJammed) => {
      store.isDown = isJammed;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});
