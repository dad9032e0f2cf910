import { describe, expect, test } from "vitest";
import type { LedgerLine } from "../crash/ledger.ts";
import { remember } from "./memory.ts";

const line = (what: string, pid: number, token = "", step = "pay"): LedgerLine => ({
  ...{ what, pid, token, step, run: "r", at: 0 },
  ...(what === "effect" ? { key: `r/step:${step}#1` } : {}),
});

describe("what the chaos ledger says is wrong by itself", () => {
  test("a step that was cut off and done again is counted, and is no fault", () => {
    const { wrong, repeated } = remember([line("effect", 1, "a"), line("effect", 2, "b"), line("seen", 2, "b")]);
    expect({ wrong, repeated }).toEqual({ wrong: [], repeated: 1 });
  });

  test("a step that is done after its result was seen is a fault", () => {
    const { wrong } = remember([line("effect", 1, "a"), line("seen", 1, "a"), line("effect", 2, "b")]);
    expect(wrong).toEqual(["r/pay was done by 2 after its result had been seen"]);
  });

  test("unless its process was frozen when it was seen, and had begun before", () => {
    const frozen = [line("frozen", 2), line("effect", 1, "a"), line("seen", 1, "a"), line("thawed", 2)];
    expect(remember([...frozen, line("effect", 2, "b")]).wrong).toEqual([]);
    expect(remember([line("thawed", 2), ...frozen.slice(1, 3), line("effect", 2, "b")]).wrong).toHaveLength(1);
  });

  test("two results of one step are a fault, and so are two keys of one step and one key of two", () => {
    expect(remember([line("seen", 1, "a"), line("seen", 2, "b")]).wrong).toEqual(["r/pay was seen as a and as b"]);
    const other = { ...line("effect", 1, "c"), key: "r/step:pay#2" };
    expect(remember([line("effect", 1, "a"), other]).wrong).toHaveLength(1);
    const same = { ...line("effect", 1, "c", "ship"), key: "r/step:pay#1" };
    expect(remember([line("effect", 1, "a"), same]).wrong).toEqual(["2 steps have 1 idempotency keys"]);
  });
});
