import { describe, expect, test } from "vitest";
import { hashOf, settled } from "./testing.ts";
import { Story } from "./testing-story.ts";

describe("a resume", () => {
  test("takes the session over, revokes the token it replaces and tells the old tab", async () => {
    const story = new Story();
    await story.open("ada");
    const { resume: first } = story.last("client:c-ada", "attach")["welcome"] as { resume: string };
    const token = (resume: string): string => resume.slice("ada.".length);
    const hello = (resume: string) => ({
      re: 1,
      version: "0.0",
      protocol: 1,
      resumeHash: hashOf(token(resume)),
    });
    await story.tell("client:two", "session:ada", { type: "open", hello: hello(first) });
    expect(story.allTo("client:c-ada")).toContain("close");
    expect(story.last("client:two", "attach")["welcome"]).toMatchObject({ resumed: true });
    expect(story.last("player:ada", "notice")).toMatchObject({ notice: "update_available" });
    await story.tell("client:two", "session:ada", { type: "welcomed" });
    await story.tell("client:three", "session:ada", { type: "open", hello: hello(first) });
    expect(story.allTo("client:three")).toEqual(["resume.unknown"]);
    expect(story.session("ada")).toMatchObject({ client: "client:two" });
  });

  test("finds the session after a master restart", async () => {
    const story = new Story();
    const { launch, admission } = await story.arriveFirst("ada");
    story.restart();
    await settled();
    expect(story.session("ada")).toMatchObject({
      phase: "inWorld",
      client: undefined,
      admission: { id: admission },
    });
    expect(story.state(`launch:${launch}`)).toMatchObject({ phase: "suspect" });
  });

  test("gives whoever had no connection when the master ended their whole minute to come back to the next", async () => {
    const story = new Story();
    await story.arriveFirst("ada");
    await story.tell("client:c-ada", "session:ada", { type: "closed" });
    await story.nature.pass(50_000);
    story.engine.kill();
    await story.nature.pass(50_000);
    story.restart();
    await settled();
    await story.nature.pass(59_999);
    expect(story.session("ada")).toMatchObject({ phase: "inWorld" });
    await story.nature.pass(1);
    expect(story.session("ada")).toBeUndefined();
  });

  test("gives worlds their twenty seconds after a long outage of the master", async () => {
    const story = new Story();
    const { launch } = await story.arriveFirst("ada");
    story.engine.kill();
    await story.nature.pass(50_000);
    story.restart();
    await settled();
    await story.nature.pass(19_999);
    expect(story.allTo("host:local")).not.toContain("kill");
    await story.nature.pass(1);
    expect(story.last("host:local", "kill")).toMatchObject({ launch });
  });

  test("gives a process that was starting its whole time after an outage of the master", async () => {
    const story = new Story();
    await story.open("ada");
    await story.redeem("ada");
    const { launch } = story.last("host:local", "launch");
    story.engine.kill();
    await story.nature.pass(50_000);
    story.restart();
    await settled();
    await story.nature.pass(9_999);
    expect(story.allTo("host:local")).not.toContain("kill");
    await story.nature.pass(1);
    expect(story.last("host:local", "kill")).toMatchObject({ launch });
  });
});
