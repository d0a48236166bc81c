import { runSmoke } from "./smoke-run.ts";

const nothing = ["MASTER_WORLD_STARTED", "TRAVEL_LEASE_CREATED", "MASTER_LOGIN", "\\[CHAT\\]"];

/** A client of another version, and one that tries to skip the question, get nothing started and nobody logged in. */
await runSmoke({ name: "version-gate", marker: "VERSION_GATE_SMOKE_PASS", timeoutS: 60 }, async (smoke) => {
  const master = await smoke.master({ APP_VERSION: "8.8" });
  const { headless, lines } = smoke.player(master.url, { version: "8.9" });
  const view = await headless.until(({ prompt }) => prompt?.kind === "update", "the update prompt");
  smoke.check(view.state === "rejected", `the client is ${view.state}, not rejected`);
  const rejected = "PROJECT_VERSION_REJECTED client=8.9 server=8.8";
  smoke.check(lines.includes(rejected), `the client did not log ${rejected}`);
  await smoke.player(master.url, { version: "8.9" }).play("version_gate_bypass_test");
  for (const marker of nothing)
    smoke.check(
      master.all(new RegExp(marker)).length === 0,
      `the master said ${marker} for nobody it had let in`,
    );

  await smoke.player(master.url, { version: "8.8" }).headless.inWorld("hub");
  return "server=8.8 client=8.9";
});
