import { expect, test } from "vitest";
import type { LedgerLine } from "../triage/ledger.ts";
import { accountFor, type RunRecord } from "./account.ts";

const line = (event: LedgerLine["event"], run: string, step: string): LedgerLine => ({
  event,
  run,
  step,
  attempt: 1,
  pid: 1,
  at: 0,
});
const both = (run: string, step: string) => [line("start", run, step), line("done", run, step)];
const record = (run: string, state: RunRecord["state"], ...steps: string[]): RunRecord => ({
  run,
  state,
  steps: new Map(steps.map((step) => [step, [`digest of ${step}`]])),
});

// a has ended at the kill, b was between two steps, c in the middle of one, d waits for a person.
const killed = {
  ledger: [
    ...both("a", "parse"),
    ...both("a", "file"),
    ...both("b", "parse"),
    line("start", "c", "parse"),
    ...both("d", "parse"),
    ...both("d", "set aside"),
  ],
  records: [
    record("a", "finished", "parse", "file"),
    record("b", "unfinished", "parse"),
    record("c", "unfinished"),
    record("d", "waiting", "parse", "set aside"),
  ],
};
const later = [...both("b", "file"), ...both("c", "parse"), ...both("c", "file")];
const end = [
  record("a", "finished", "parse", "file"),
  record("b", "finished", "parse", "file"),
  record("c", "finished", "parse", "file"),
  record("d", "waiting", "parse", "set aside"),
];
const expected = new Map(["a", "b", "c", "d"].map((run) => [run, `${run}.eml`]));
const folderOf = (file: string) => (file === "d.eml" ? "held" : "inbox");

test("a kill that cost one repeated step and nothing else", () => {
  expect(accountFor(killed, [...killed.ledger, ...later], end, expected, folderOf)).toEqual({
    inFlight: 2,
    stepsInFlight: 1,
    recorded: 5,
    lost: [],
    twice: [],
    executedAgain: 1,
  });
});

test("a run, a mail or a result that is gone counts as lost", () => {
  const account = (records: RunRecord[], folder = folderOf as (file: string) => "held" | "inbox" | null) =>
    accountFor(killed, [...killed.ledger, ...later], records, expected, folder).lost;
  expect(account(end.slice(1))).toEqual([
    "run a is not in the store",
    "result of a parse is gone or changed",
    "result of a file is gone or changed",
  ]);
  expect(account([...end.slice(0, 3), record("d", "unfinished", "parse", "set aside")])).toEqual([
    "run d neither ended nor waits",
  ]);
  expect(account([...end.slice(0, 3), record("d", "waiting", "parse")])).toEqual([
    "result of d set aside is gone or changed",
  ]);
  expect(account(end, (file) => (file === "b.eml" ? null : folderOf(file)))).toEqual(["mail b.eml is in no folder"]);
  expect(account(end, () => "held")).toHaveLength(3);
});

test("a recorded step that is executed again, or has two results, counts as recorded twice", () => {
  const again = accountFor(killed, [...killed.ledger, ...later, ...both("a", "file")], end, expected, folderOf);
  expect(again.twice).toEqual(["a file was recorded and executed again"]);
  const doubled = { ...record("b", "finished", "parse"), steps: new Map([["parse", ["digest of parse", "another"]]]) };
  const records = [end[0]!, doubled, end[2]!, end[3]!];
  expect(accountFor(killed, [...killed.ledger, ...later], records, expected, folderOf).twice).toEqual([
    "b parse has 2 results",
  ]);
});
