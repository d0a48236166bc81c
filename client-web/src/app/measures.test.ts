import { describe, expect, it } from "vitest";
import type { JourneyEffect, JourneyInput } from "./journey-state.ts";
import { measure } from "./measures.ts";
import { Telemetry } from "./telemetry.ts";

const use: JourneyEffect = {
  type: "send.world",
  dial: 1,
  message: { type: "portal.use", id: 1, portal: "Door" },
};
const live: JourneyInput = { type: "world.live", dial: 2 };
const wake: JourneyInput = { type: "wake" };

describe("what a client measures", () => {
  it("times a journey from the use of the portal to the first state", () => {
    const telemetry = new Telemetry();
    measure(telemetry, wake, [use], 1000);
    measure(telemetry, live, [], 1040);
    expect(telemetry.last("transfer")).toBe(40);
    expect(telemetry.total("transfer_requested")).toBe(1);
    expect(telemetry.total("transfer_succeeded")).toBe(1);
  });

  it("does not time what never began", () => {
    const telemetry = new Telemetry();
    measure(telemetry, live, [], 1040);
    expect(telemetry.last("transfer")).toBeUndefined();
  });

  it("writes one line, names sorted, counters with what is new since the last", () => {
    const telemetry = new Telemetry();
    measure(telemetry, wake, [use], 1000);
    measure(telemetry, live, [], 1010);
    expect(telemetry.sample({ role: "client", world: "a b", half: 0.5 })).toBe(
      "PERF_SAMPLE half=0.500 role=client transfer_count=1 transfer_last_msec=10 transfer_msec=10 " +
        "transfer_requested_delta=1 transfer_requested_total=1 transfer_succeeded_delta=1 transfer_succeeded_total=1 world=a_b",
    );
    expect(telemetry.sample({})).toContain("transfer_requested_delta=0 transfer_requested_total=1");
  });
});
