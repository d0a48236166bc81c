import { describe, expect, test } from "vitest";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { appVersion } from "#shared/version.ts";
import { Traveller } from "./journey-testing.ts";

describe("a fresh page", () => {
  test("of another version is told to update, and never dials by itself again", () => {
    const rejection = {
      type: "rejected",
      reason: "version_mismatch",
      server: "9.9",
      client: appVersion,
    } as const;
    const page = new Traveller().open().hear(rejection).lose(closeCodes.versionMismatch.code);
    expect(page.shown).toMatchObject({
      state: "rejected",
      prompt: { kind: "update", server: "9.9", canReload: true },
    });
    expect(page.pass(600_000).all.filter(({ type }) => type === "dial.control")).toHaveLength(1);
    const again = new Traveller(undefined, { version: appVersion, pageVersion: "9.9" })
      .open()
      .hear(rejection);
    expect(again.shown.prompt).toMatchObject({ canReload: false });
  });

  test("that is newer than the server waits for it, without a flicker", () => {
    const page = new Traveller().open();
    const behind = { type: "rejected", reason: "version_mismatch", server: "0.0" } as const;
    const told = {
      state: "rejected",
      prompt: { kind: "update", server: "0.0", canReload: true, isComing: true },
    };
    for (let n = 0; n < 3; n++) {
      expect(page.hear(behind).lose(closeCodes.versionMismatch.code).shown).toMatchObject(told);
      expect(page.pass(7_500).asked).toContain("dial.control");
      expect(page.shown).toMatchObject(told);
      expect(page.open().shown).toMatchObject(told);
    }
    page.welcome();
    expect(page.shown).toMatchObject({ state: "preparing", prompt: undefined });
  });
});
