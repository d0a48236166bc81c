import { describe, expect, test } from "vitest";
import { BuiltFrame } from "#adapters/ws/frames.ts";
import type { Link } from "#adapters/ws/link.ts";
import { groundOf } from "#shared/ground.ts";
import { limits } from "#shared/limits.ts";
import type { FromPlayer } from "#shared/protocol/client-world.ts";
import { Player } from "./player.ts";
import { Simulation } from "./simulation.ts";
import { Talk } from "./talk.ts";
import { hall, hallWorld, show } from "./testing.ts";

/** A hall in which nobody sees further than 100 units, and who hears what in it. */
class Hall {
  readonly simulation = new Simulation(
    { ...hallWorld, interest: { radius: 100, hysteresis: 0, most: 10, rings: [] } },
    groundOf(hall),
    limits,
  );
  readonly players = new Set<Player>();
  readonly talk = new Talk(this.simulation, this.players);

  enter(name: string, x: number, y = 80): { player: Player; heard: unknown[]; entity: number } {
    const heard: unknown[] = [];
    const link = {
      bufferedBytes: 0,
      send: (frame: string | BuiltFrame) =>
        void heard.push(JSON.parse(frame instanceof BuiltFrame ? (frame.payload as string) : frame)),
      sendFramed: () => true,
    };
    const player = new Player(link as unknown as Link<FromPlayer>, limits.snapshotBufferedBytes);
    const avatar = this.simulation.place(name, { name, guest: true }, { x, y, facing: 0 });
    player.avatar = avatar;
    this.simulation.activate(name);
    player.watch(this.simulation);
    this.players.add(player);
    return { player, heard, entity: avatar.entity };
  }

  /** Everybody is shown what is in view now. */
  look(): this {
    this.simulation.advance();
    this.simulation.publish();
    for (const player of this.players) show(player, this.simulation);
    return this;
  }
}

describe("what somebody says", () => {
  test("is heard by those who see them and by themselves, and by nobody else", () => {
    const hall = new Hall();
    const [ada, bob, eve] = [hall.enter("Ada", 80), hall.enter("Bob", 160), hall.enter("Eve", 400)];
    hall.look().talk.sayAs("Ada", "hello");
    const bubble = { type: "bubble", entity: ada.entity, text: "hello" };
    expect([ada.heard, bob.heard, eve.heard]).toEqual([[bubble], [bubble], []]);
  });

  test("is not heard by one who has not been shown them yet, nor any more by one who went away", () => {
    const hall = new Hall();
    hall.enter("Ada", 80);
    const bob = hall.enter("Bob", 160);
    hall.talk.sayAs("Ada", "too early");
    hall.look();
    hall.simulation.move("Bob", { x: 550, y: 80, facing: 0 });
    hall.look().talk.sayAs("Ada", "too late");
    hall.talk.sayAs("nobody", "boo");
    expect(bob.heard).toEqual([]);
  });
});

describe("speaking to somebody", () => {
  const host = 1;

  test("in reach is answered with their words, for that player alone", () => {
    const hall = new Hall();
    const [ada, bob] = [hall.enter("Ada", 380, 180), hall.enter("Bob", 400, 200)];
    const touched = hall.look().talk.interact(ada.player, 7, host);
    expect(touched).toMatchObject({ id: host, kind: "npc", name: "Arcade Host" });
    expect(ada.heard).toEqual([
      { type: "interacted", re: 7, entity: host },
      { type: "bubble", entity: host, text: "Hello!" },
    ]);
    expect(bob.heard).toEqual([]);
    expect(hall.talk.interact(ada.player, 8, bob.entity)).toMatchObject({ kind: "player", name: "Bob" });
    expect(ada.heard.slice(2)).toEqual([{ type: "interacted", re: 8, entity: bob.entity }]);
  });

  test("too far away, gone, or oneself is refused by the world's own measure", () => {
    const hall = new Hall();
    const ada = hall.enter("Ada", 80);
    hall.look();
    for (const entity of [host, 999, ada.entity])
      expect(hall.talk.interact(ada.player, 7, entity)).toBeUndefined();
    expect(ada.heard).toEqual(
      [host, 999, ada.entity].map((entity) => ({
        type: "interact.denied",
        re: 7,
        entity,
        reason: "not_in_reach",
      })),
    );
  });

  test("is for those who play here", () => {
    const hall = new Hall();
    const ada = hall.enter("Ada", 380, 180);
    ada.player.leave(hall.simulation);
    hall.talk.interact(ada.player, 7, host);
    expect(ada.heard).toMatchObject([{ type: "interact.denied", reason: "not_joined" }]);
  });
});
