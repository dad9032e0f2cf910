import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { memoryStore } from "@holdpoint/core";
import { transformSync } from "@swc/core";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Agent } from "../fixtures/agent.ts";
import {
  ApprovalRejectedError,
  checkpoint,
  currentTask,
  DuplicateTaskError,
  HITLStateMachine,
  interruptible,
  requiresApproval,
  type TaskContext,
} from "../index.ts";

let machine: HITLStateMachine;
beforeEach(() => {
  machine = new HITLStateMachine();
});
afterEach(() => machine.close());

/** The next task that asks. */
const asking = async (on = machine): Promise<TaskContext> =>
  vi.waitFor(async () => {
    const [task] = await on.getPendingApprovals();
    if (!task) throw new Error("nobody asks");
    return task;
  });

describe("requiresApproval", () => {
  test("a function runs after a yes, with its arguments, and its task is completed with its result", async () => {
    const deploy = requiresApproval({
      reason: "Deploy to production",
      options: ["proceed", "cancel"],
      severity: "high",
    })(async (version: string) => `deployed ${version}`);
    const deploying = deploy("v1");
    const task = await asking();
    expect(task.interruptPoint).toMatchObject({
      reason: "Deploy to production",
      options: ["proceed", "cancel"],
      severity: "high",
      context: ["v1"],
    });
    await machine.approve(task.taskId, { approver: "ana" });
    expect(await deploying).toBe("deployed v1");
    expect(await machine.getTask(task.taskId)).toMatchObject({ state: "COMPLETED", result: "deployed v1" });
  });

  test("a synchronous function waits, too: what it gives is a promise", async () => {
    const add = requiresApproval()(function add(a: number, b: number) {
      return a + b;
    });
    const adding = add(1, 2);
    const task = await asking();
    expect(task.interruptPoint).toMatchObject({ reason: "add", severity: "medium" });
    await machine.approve(task.taskId);
    expect(await adding).toBe(3);
  });

  test("after a no the function never runs, and the error says who and why", async () => {
    const body = vi.fn();
    const running = requiresApproval({ taskId: "t" })(body)();
    const refused = running.catch((error: unknown) => error);
    await asking();
    await machine.reject("t", { approver: "ben", reason: "not on a Friday" });
    const error = await refused;
    expect(error).toBeInstanceOf(ApprovalRejectedError);
    expect(error).toMatchObject({ code: "APPROVAL_REJECTED", details: { by: "ben", reason: "not on a Friday" } });
    expect(body).not.toHaveBeenCalled();
  });

  test("what the function throws is thrown, and fails its task", async () => {
    const running = requiresApproval({ taskId: "t" })(() => {
      throw new RangeError("too far");
    })();
    const thrown = running.catch((error: unknown) => error);
    await asking();
    await machine.approve("t");
    expect(await thrown).toBeInstanceOf(RangeError);
    expect(await machine.getTask("t")).toMatchObject({ state: "FAILED", error: "too far" });
  });

  test("a call with the id of a task that waits goes on waiting for it; one that has run, or may have, does not run again", async () => {
    const body = vi.fn(async () => "once");
    const act = requiresApproval({ taskId: "t" })(body);
    const both = Promise.allSettled([act(), asking().then(() => act())]);
    await asking();
    await machine.approve("t");
    const results = await both;
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find((one) => one.status === "rejected")?.reason).toBeInstanceOf(DuplicateTaskError);
    await expect(act()).rejects.toThrow(DuplicateTaskError);
    expect(body).toHaveBeenCalledTimes(1);

    await machine.startTask("begun");
    await machine.requestApproval("begun", { reason: "x" });
    await machine.approve("begun");
    await machine.resume("begun");
    await expect(requiresApproval({ taskId: "begun" })(body)()).rejects.toThrow(DuplicateTaskError);
  });

  test("arguments that cannot be stored are not shown, and hinder nothing", async () => {
    const act = requiresApproval()((fn: () => number) => fn());
    const acting = act(() => 7);
    const task = await asking();
    expect(task.interruptPoint?.context).toBeNull();
    await machine.approve(task.taskId);
    expect(await acting).toBe(7);
  });

  test("the machine is the named one, the one it runs in, its object's, or the only one", async () => {
    const other = new HITLStateMachine({ store: memoryStore() });
    const act = requiresApproval({ taskId: "t" })(async () => currentTask()?.machine);
    await expect(act()).rejects.toThrow("there are 2 task machines");
    const inside = other.run(() => act());
    await asking(other);
    await other.approve("t");
    expect(await inside).toBe(other);

    const owner = { machine, act: requiresApproval({ taskId: "u" })(async () => currentTask()?.machine) };
    const owned = owner.act();
    await asking();
    await machine.approve("u");
    expect(await owned).toBe(machine);
    await other.close();
    await machine.close();
    await expect(act()).rejects.toThrow("there is no task machine");
  });
});

describe("interruptible", () => {
  test("a function is a task while it runs", async () => {
    const states: string[] = [];
    const work = interruptible({ taskId: "t", checkInterval: 1 })(async () => {
      states.push((await machine.getTask("t")).state);
      return 7;
    });
    expect(await work()).toBe(7);
    expect(states).toEqual(["RUNNING"]);
    expect((await machine.getTask("t")).state).toBe("COMPLETED");
  });

  test("it waits at a checkpoint while it is interrupted, and goes on once it is approved and resumed", async () => {
    const done: number[] = [];
    const work = interruptible({ taskId: "t", checkInterval: 1 })(async () => {
      for (let n = 0; n < 5; n++) {
        await checkpoint();
        done.push(n);
        if (n === 1) await machine.requestApproval("t", { reason: "go on?" });
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    });
    const working = work();
    await asking();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(done).toEqual([0, 1]);
    await machine.approve("t");
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(done).toEqual([0, 1]);
    await machine.resume("t");
    await working;
    expect(done).toEqual([0, 1, 2, 3, 4]);
  });

  test("a no stops it there", async () => {
    const done: string[] = [];
    const work = interruptible({ taskId: "t", checkInterval: 1 })(async () => {
      done.push("before");
      await machine.requestApproval("t", { reason: "go on?" });
      await checkpoint("after");
      done.push("after");
    });
    const stopped = work().catch((error: unknown) => error);
    await asking();
    await machine.reject("t", { approver: "ben" });
    expect(await stopped).toBeInstanceOf(ApprovalRejectedError);
    expect(done).toEqual(["before"]);
    expect((await machine.getTask("t")).state).toBe("REJECTED");
  });

  test("a synchronous function waits before it begins and before it gives its result", async () => {
    await machine.startTask("t");
    await machine.requestApproval("t", { reason: "begin?" });
    const body = vi.fn(() => 7);
    const working = interruptible({ taskId: "t", checkInterval: 1 })(body)();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(body).not.toHaveBeenCalled();
    await machine.approve("t");
    await machine.resume("t");
    expect(await working).toBe(7);
    // The task was there before: it is its starter's to complete.
    expect((await machine.getTask("t")).state).toBe("RUNNING");
  });

  test("checkpoints look at the task at most once in the interval", async () => {
    const look = vi.spyOn(machine, "waitFor");
    await interruptible({ taskId: "t", checkInterval: "1h" })(async () => {
      for (let n = 0; n < 1000; n++) await checkpoint();
    })();
    expect(look.mock.calls.length).toBe(2);
  });

  test("inside of a function that needed approval it belongs to that one's task", async () => {
    const inner = interruptible({ checkInterval: 1 })(async () => currentTask()?.taskId);
    const outer = requiresApproval({ taskId: "t" })(async () => inner());
    const running = outer();
    await asking();
    await machine.approve("t");
    expect(await running).toBe("t");
    expect((await machine.getAllTasks()).map(({ taskId }) => taskId)).toEqual(["t"]);
  });

  test("checkpoints outside of a task do nothing", async () => {
    await checkpoint("nowhere");
    expect(currentTask()).toBeUndefined();
  });
});

describe("as standard decorators of a class", () => {
  const shelf = new URL("../../dist/", import.meta.url).pathname;
  mkdirSync(shelf, { recursive: true });
  const directory = mkdtempSync(join(shelf, "agent-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** The class, its decorators lowered as the proposal (stage 3) says. */
  const lowered = async (): Promise<new () => Agent> => {
    const source = readFileSync(new URL("../fixtures/agent.ts", import.meta.url), "utf8");
    const { code } = transformSync(source, {
      filename: "agent.ts",
      jsc: {
        target: "es2022",
        parser: { syntax: "typescript", decorators: true },
        transform: { decoratorVersion: "2022-03" },
        externalHelpers: false,
      },
      module: { type: "es6" },
    });
    const path = join(directory, "agent.test-fixture.mjs");
    const door = pathToFileURL(join(import.meta.dirname, "../index.ts")).pathname;
    writeFileSync(path, code.replace('"../index.ts"', JSON.stringify(door)));
    return ((await import(path)) as { Agent: new () => Agent }).Agent;
  };

  test("methods ask first, with `this`, and finish their task", async () => {
    const agent = new (await lowered())();
    const acting = agent.criticalAction();
    const task = await asking();
    expect(task.interruptPoint).toMatchObject({ reason: "criticalAction", severity: "high" });
    expect(agent.done).toEqual([]);
    await machine.approve(task.taskId, { approver: "ana" });
    expect(await acting).toBe("done");

    const counting = agent.count(2, 7);
    await machine.approve((await asking()).taskId);
    expect(await counting).toBe(5);
    expect(agent.done).toEqual(["executed", "counted"]);
    expect(agent.criticalAction.name).toBe("criticalAction");
  });

  test("methods are paused at their checkpoints, and the task says where they are", async () => {
    const agent = new (await lowered())();
    const crawling = agent.crawl("site", 3, async () => {
      if (agent.done.length === 1) await machine.requestApproval("crawl-site", { reason: "go on?" });
    });
    await asking();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(agent.done).toEqual(["site 1"]);
    await machine.approve("crawl-site");
    await machine.resume("crawl-site");
    expect(await crawling).toBe("site");
    expect(await machine.getTask("crawl-site")).toMatchObject({
      state: "COMPLETED",
      history: ["page 1", "page 2", "page 3"],
    });
  });
});
