import { runSmoke } from "./smoke-run.ts";

/** A player parks in a world, the server is stopped and started again, and the player is back on the same spot. */
await runSmoke({ name: "db", marker: "DBTEST_PASS", timeoutS: 90 }, async (smoke) => {
  const dataDir = smoke.emptyFolder();
  const name = "Parker";
  const before = await smoke.master({}, dataDir);
  const first = smoke.player(before.url);
  await first.play(`db_persist_test,phase1,${name}`);
  await first.headless[Symbol.asyncDispose]();
  await before.stop();
  smoke.say("DBTEST_STEP master=restarted");
  const after = await smoke.master({}, dataDir);
  await smoke.player(after.url).play(`db_persist_test,phase2,${name}`);
  return `name=${name}`;
});
