import { expect, test } from "vitest";
import { readConfig } from "../config.ts";

const read = (env: Record<string, string>) => readConfig(env, { cwd: "/srv/portcade", packDir: "/packs" });

test.each([
  ["BACKUP_MINUTES", "0", { everyMs: 0 }],
  ["BACKUP_MINUTES", "0.5", { everyMs: 30_000 }],
  ["BACKUPS_HOURLY", "48", { hourly: 48 }],
  ["BACKUPS_DAILY", "0", { daily: 0 }],
  ["BACKUPS_BEFORE_DEPLOY", "1", { beforeDeploy: 1 }],
])("PORTCADE_%s takes %s", (name, value, expected) => {
  expect(read({ [`PORTCADE_${name}`]: value }).config?.backups).toMatchObject(expected);
});

test.each([
  ["BACKUP_MINUTES", "10081"],
  ["BACKUP_MINUTES", "1h"],
  ["BACKUPS_HOURLY", "0"],
  ["BACKUPS_DAILY", "401"],
  ["BACKUPS_BEFORE_DEPLOY", "-1"],
])("PORTCADE_%s does not take %s", (name, value) => {
  const { config, problems } = read({ [`PORTCADE_${name}`]: value });
  expect(config).toBeUndefined();
  expect(problems).toEqual([
    expect.stringMatching(new RegExp(`^PORTCADE_${name}: "${value}" is not allowed; allowed is `)),
  ]);
});
