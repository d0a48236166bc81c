import { expect, test } from "vitest";
import { settled } from "./testing.ts";
import { Story } from "./testing-story.ts";

const place = { world: "hub", x: 5, y: 6, facing: 0 };

test.each([true, false])(
  "whoever was committed to a world that died with its master is led back into it (known before they resume: %s)",
  async (isKnown) => {
    const story = new Story();
    const { launch: hub, admission } = await story.arriveFirst("ada");
    const portal = { type: "portal", admission, request: "r1", target: "left_world", spawn: "default" };
    await story.tell("launch-link:hub", `launch:${hub}`, portal);
    await story.redeem("ada");
    const left = await story.register("left");
    await story.enter("ada", left, "left");
    expect(story.last("launch-link:hub", "depart")).toMatchObject({ admission });

    // Neither "depart" nor its answer arrives: master and new world die, the old world plays on.
    story.restart();
    await settled();
    const { token } = story.heard.find(
      (one) => one.type === "launch" && one["launch"] === hub,
    ) as unknown as {
      token: string;
    };
    await story.tell("launch-link:hub2", `launch:${hub}`, {
      type: "register",
      tokenHash: `hash of ${token}`,
      world: "hub",
      version: "0.1",
      protocol: 1,
      pid: 100,
      endpoint: { port: 1 },
      roster: { inside: [{ admission, session: "ada", active: true }], expected: [] },
    });
    expect(story.last("launch-link:hub2", "kick")).toMatchObject({ admission, reason: "removed" });
    await story.tell("launch-link:hub2", `launch:${hub}`, { type: "left", admission, seq: 9, place });
    const { resume } = story.last("client:c-ada", "attach")["welcome"] as { resume: string };
    const comeBack = async (): Promise<void> => {
      await story.open("ada", resume.slice("ada.".length));
      await story.tell("client:c-ada", "session:ada", { type: "welcomed" });
    };
    const exit = { type: "exited", signal: "SIGKILL" };
    if (!isKnown) await comeBack();
    await story.tell("host:local", `launch:${left}`, exit);
    if (isKnown) {
      await comeBack();
      await story.tell("client:c-ada", "session:ada", { type: "world.rejoin", id: 3, world: "left_world" });
    }
    expect(story.last("player:ada", "lease")).toMatchObject({ world: "left_world", cause: "rejoin" });
    await story.redeem("ada");
    const next = await story.register("left2");
    await story.enter("ada", next, "left2");
    expect(story.session("ada")).toMatchObject({ phase: "inWorld", admission: { launch: `launch:${next}` } });
  },
);
