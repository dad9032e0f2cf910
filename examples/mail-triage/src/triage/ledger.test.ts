import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLedger, readLedger } from "./ledger.ts";

const path = (): string => join(mkdtempSync(join(tmpdir(), "ledger-")), "out", "ledger.jsonl");

test("lines are read back in order, and a second opening goes on after them", () => {
  const file = path();
  expect(readLedger(file)).toEqual([]);
  const first = openLedger(file);
  first.note("start", "mail-1", "parse", 1);
  first.close();
  const second = openLedger(file);
  second.note("done", "mail-1", "parse", 1);
  second.close();
  expect(readLedger(file).map(({ event, run, step, attempt }) => [event, run, step, attempt])).toEqual([
    ["start", "mail-1", "parse", 1],
    ["done", "mail-1", "parse", 1],
  ]);
});

test("a line cut short is left out and does not swallow the next one", () => {
  const file = path();
  const first = openLedger(file);
  first.note("start", "mail-1", "parse", 1);
  first.close();
  appendFileSync(file, '{"event":"start","run":"ma');
  const second = openLedger(file);
  second.note("start", "mail-2", "parse", 1);
  second.close();
  expect(readLedger(file).map(({ run }) => run)).toEqual(["mail-1", "mail-2"]);
  expect(readFileSync(file, "utf8").split("\n")).toHaveLength(4);
});

test("two writers do not mix their lines", () => {
  const file = path();
  const [a, b] = [openLedger(file), openLedger(file)];
  for (let n = 0; n < 200; n++) (n % 2 ? a : b).note("start", `mail-${n}`, "parse", 1);
  expect(readLedger(file)).toHaveLength(200);
});
