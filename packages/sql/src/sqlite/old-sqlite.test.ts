import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { isOlderThanSafe, warnAboutOldSqlite } from "./old-sqlite.ts";

test.each([
  ["3.47.2", true],
  ["3.51.2", true],
  ["3.51.3", false],
  ["3.52.0", false],
  ["3.53.4", false],
  ["4.0.0", false],
])("SQLite %s is older than the WAL fix: %s", (version, older) => {
  expect(isOlderThanSafe(version)).toBe(older);
});

test("an old SQLite is warned about once in a process, a new one never", async () => {
  const heard: string[] = [];
  const hear = (warning: Error): void => void heard.push(warning.message);
  process.on("warning", hear);
  warnAboutOldSqlite("3.53.4");
  warnAboutOldSqlite("3.47.2");
  warnAboutOldSqlite("3.47.2");
  await setImmediate();
  process.off("warning", hear);
  expect(heard).toEqual([expect.stringContaining("SQLite 3.47.2")]);
});
