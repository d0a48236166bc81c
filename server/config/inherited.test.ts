import { expect, test } from "vitest";
import { readInherited } from "./inherited.ts";

const read = (fds?: string, fdNames?: string, pid = "7") =>
  readInherited({ LISTEN_PID: pid, LISTEN_FDS: fds, LISTEN_FDNAMES: fdNames }, 7);

test.each([
  [undefined, undefined, {}],
  ["1", undefined, { public: 3 }],
  ["1", "portcade.socket", { public: 3 }],
  ["1", "launches", { launches: 3 }],
  ["2", "public:launches", { public: 3, launches: 4 }],
  ["2", "launches:public", { public: 4, launches: 3 }],
])("%s named %s are %j", (fds, fdNames, inherited) => {
  expect(read(fds, fdNames)).toEqual({ inherited });
});

test.each([
  ["0", undefined],
  ["-1", undefined],
  ["many", "public"],
  ["2", undefined],
  ["2", "public:public"],
  ["2", "public"],
  ["2", "public:other"],
  ["3", "public:launches:other"],
])("%s named %s are refused in one line that says what is allowed", (fds, fdNames) => {
  const { inherited, problem } = read(fds, fdNames);
  expect(inherited).toBeUndefined();
  expect(problem).toMatch(/^LISTEN_FDS: ".*allowed is one socket, or two named public and launches$/);
});

test("what was meant for another process is left alone", () => {
  expect(read("2", "x:y", "8")).toEqual({ inherited: {} });
});
