import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { DuplicateTaskError, HITLStateMachine, InvalidTransitionError, TaskContext, TaskState } from "../index.ts";

const page = readFileSync(new URL("../../../../docs/tasks.md", import.meta.url), "utf8");
const table = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
const calls = table.find(([first]) => first === "state")?.slice(1) ?? [];
const cells = table
  .filter(([state]) => state !== undefined && Object.hasOwn(TaskState, state))
  .flatMap(([state = "", ...after]) => after.map((then, at) => ({ state, call: calls[at] ?? "", then })));

const machine = new HITLStateMachine();
afterAll(() => machine.close());

/** How a task gets into each state by what a user would do. */
const into: Record<string, (id: string) => Promise<unknown>> = {
  PENDING: (id) => machine.restore(new TaskContext(id)),
  RUNNING: (id) => machine.startTask(id),
  AWAITING_APPROVAL: async (id) => {
    await machine.startTask(id);
    await machine.requestApproval(id, { reason: "may it?" });
  },
  APPROVED: async (id) => {
    await into.AWAITING_APPROVAL?.(id);
    await machine.approve(id, { approver: "ana" });
  },
  REJECTED: async (id) => {
    await into.AWAITING_APPROVAL?.(id);
    await machine.reject(id, { approver: "ana" });
  },
  COMPLETED: async (id) => {
    await machine.startTask(id);
    await machine.complete(id);
  },
  FAILED: async (id) => {
    await machine.startTask(id);
    await machine.fail(id, "no");
  },
};

const act: Record<string, (id: string) => Promise<TaskContext>> = {
  startTask: (id) => machine.startTask(id),
  requestApproval: (id) => machine.requestApproval(id, { reason: "may it?" }),
  approve: (id) => machine.approve(id, { approver: "ben" }),
  reject: (id) => machine.reject(id, { approver: "ben" }),
  resume: (id) => machine.resume(id),
  complete: (id) => machine.complete(id),
  fail: (id) => machine.fail(id, "broken"),
};

describe("the table of docs/tasks.md", () => {
  test("has 49 cells", () => {
    expect(calls).toEqual(Object.keys(act));
    expect(cells).toHaveLength(49);
  });

  test.each(cells)("task machine: $state, $call: $then", async ({ state, call, then }) => {
    const id = `${state}-${call}`;
    await into[state]?.(id);
    const before = await machine.getTask(id);
    expect(before.state).toBe(state);
    if (then !== "refused") {
      expect((await act[call]?.(id))?.state).toBe(then);
      expect((await machine.getTask(id)).state).toBe(then);
      return;
    }
    const refusal = await act[call]?.(id).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(call === "startTask" ? DuplicateTaskError : InvalidTransitionError);
    expect(String(refusal)).toContain(`"${id}"`);
    expect(String(refusal)).toContain(state);
    expect(await machine.getTask(id)).toEqual(before);
  });
});
