import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createEngine,
  InvalidStateError,
  memoryStore,
  NotAllowedError,
  NotFoundError,
  ValidationError,
} from "@holdpoint/core";
import { sqlite } from "@holdpoint/sql";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  DuplicateTaskError,
  HITLStateMachine,
  InvalidTransitionError,
  type TaskState,
  taskWorkflow,
} from "../index.ts";

const open: HITLStateMachine[] = [];
const machineOn = (...given: ConstructorParameters<typeof HITLStateMachine>): HITLStateMachine => {
  const machine = new HITLStateMachine(...given);
  open.push(machine);
  return machine;
};
const directories: string[] = [];
const file = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "holdpoint-tasks-"));
  directories.push(directory);
  return join(directory, "tasks.db");
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((machine) => machine.close()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

describe("a task", () => {
  test("that is not there is not found", async () => {
    const machine = machineOn();
    await expect(machine.getTask("none")).rejects.toThrow(NotFoundError);
    await expect(machine.complete("none")).rejects.toThrow('no task "none"');
  });

  test("of an id that is taken is refused, and the first stays as it is", async () => {
    const machine = machineOn();
    await machine.startTask("t", { metadata: { first: true } });
    await expect(machine.startTask("t")).rejects.toThrow(DuplicateTaskError);
    await expect(machine.startTask("t")).rejects.toThrow('task "t" exists already and is RUNNING');
    const both = await Promise.allSettled([machine.startTask("u"), machine.startTask("u")]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await machine.getTask("t")).metadata).toEqual({ first: true });
  });

  test("of two ways out at once takes one, and the other is told", async () => {
    const machine = machineOn();
    await machine.startTask("t");
    const both = await Promise.allSettled([machine.complete("t"), machine.fail("t", "broken")]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refused = both.find((one) => one.status === "rejected");
    expect(refused?.reason).toBeInstanceOf(InvalidTransitionError);
  });

  test("of fifty decisions at once takes one, and 49 are told", async () => {
    const machine = machineOn();
    await machine.startTask("t");
    await machine.requestApproval("t", { reason: "may it?" });
    const all = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) =>
        (n % 2 ? machine.approve : machine.reject).call(machine, "t", { approver: `p${n}` }),
      ),
    );
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of all) if (one.status === "rejected") expect(one.reason).toBeInstanceOf(InvalidTransitionError);
  });

  test("that fails while a person is asked withdraws the question", async () => {
    const machine = machineOn();
    await machine.startTask("t");
    await machine.requestApproval("t", { reason: "may it?" });
    const { items } = await machine.engine.holds();
    await machine.fail("t", new Error("the host is gone"));
    expect(await machine.getTask("t")).toMatchObject({
      state: "FAILED",
      error: "the host is gone",
      interruptPoint: null,
    });
    expect((await machine.engine.hold(items[0]!.id)).status).toBe("withdrawn");
  });

  test("asks again after it was resumed", async () => {
    const machine = machineOn();
    await machine.startTask("t");
    for (const approver of ["ana", "ben", "eve"]) {
      await machine.requestApproval("t", { reason: `for ${approver}` });
      await machine.approve("t", { approver });
      await machine.resume("t");
    }
    expect((await machine.complete("t")).approvalData?.approver).toBe("eve");
    expect((await machine.audit("t")).map(({ event }) => event).join(" ")).toBe(
      "created requestApproval approved resume requestApproval approved resume requestApproval approved resume complete",
    );
  });

  test("a request that no hold can be made of is refused, and the task stays RUNNING", async () => {
    const machine = machineOn();
    await machine.startTask("t");
    await expect(machine.requestApproval("t", { reason: " " })).rejects.toThrow("must say what is to be decided");
    await expect(machine.requestApproval("t", { reason: "x", severity: "huge" as "high" })).rejects.toThrow("severity");
    await expect(machine.requestApproval("t", { reason: "x", options: ["a", "a"] })).rejects.toThrow("twice");
    expect((await machine.getTask("t")).state).toBe("RUNNING");
  });
});

describe("built on holds", () => {
  test("a task is decided wherever holds are decided, and its reviewers are asked for", async () => {
    const machine = machineOn();
    await machine.startTask("t");
    await machine.requestApproval("t", { reason: "may it?", severity: "critical", reviewers: { people: ["ana"] } });
    await expect(machine.approve("t", { approver: "eve" })).rejects.toThrow(NotAllowedError);
    const [hold] = (await machine.engine.holds()).items;
    await machine.engine.decide(hold!, { approved: true }, { by: "ana", channel: "mail" });
    expect((await machine.waitFor("t", ["APPROVED"], { timeout: "60s" })).approvalData?.approver).toBe("ana");
    const trail = await machine.engine.holdEvents(hold!.id);
    expect(trail.map(({ actor, channel, action }) => [actor, channel, action])).toContainEqual([
      "ana",
      "mail",
      "decided",
    ]);
    expect((await machine.engine.verify("task:t")).verdict).toBe("intact");
  });

  test("a deadline decides, or expires and the task fails", async () => {
    const machine = machineOn();
    await machine.startTask("no");
    await machine.requestApproval("no", {
      reason: "may it?",
      deadline: [{ after: 20, decide: { approved: false, note: "too late" } }],
    });
    expect((await machine.waitFor("no", ["REJECTED"], { timeout: "60s" })).approvalData).toMatchObject({
      approver: null,
      note: "too late",
    });
    await machine.startTask("gone");
    await machine.requestApproval("gone", { reason: "may it?", deadline: [{ after: 20, expire: true }] });
    expect((await machine.waitFor("gone", ["FAILED"], { timeout: "60s" })).error).toBe("nobody decided in time");
  });

  test("a wait that is bounded ends", async () => {
    const machine = machineOn();
    await machine.startTask("t");
    await expect(machine.waitFor("t", ["APPROVED"], { timeout: 20 })).rejects.toThrow(InvalidStateError);
  });

  test("on an engine of one's own, which must have the workflow", async () => {
    const without = createEngine({ store: memoryStore(), workflows: [] });
    expect(() => new HITLStateMachine({ engine: without })).toThrow(ValidationError);
    const engine = createEngine({ store: memoryStore(), workflows: [taskWorkflow("jobs")] });
    await engine.start();
    const machine = machineOn({ engine, name: "jobs" });
    await machine.startTask("t");
    expect((await engine.get("jobs:t")).id).toBe("jobs:t");
    await machine.close();
    expect(await (await engine.get("jobs:t")).status()).toBe("parked");
    await engine.stop();
  });
});

describe("callbacks", () => {
  const heardBy = (machine: HITLStateMachine, target = "*"): string[] => {
    const heard: string[] = [];
    machine.addCallback(target, (task, before, after) => {
      heard.push(`${task.taskId} ${before} ${after}`);
    });
    return heard;
  };

  test("hear of all tasks, or of one, in order, and not after they are stopped", async () => {
    const machine = machineOn();
    const all = heardBy(machine);
    const one = heardBy(machine, "b");
    const some: TaskState[] = [];
    const stop = machine.addCallback((_task, _before, after) => void some.push(after));
    await machine.startTask("a");
    await machine.step("a", "nothing that changes the state");
    await machine.startTask("b");
    stop();
    await machine.requestApproval("b", { reason: "may it?" });
    await machine.approve("b", { approver: "ana" });
    await machine.complete("a");
    expect(all).toEqual([
      "a PENDING RUNNING",
      "b PENDING RUNNING",
      "b RUNNING AWAITING_APPROVAL",
      "b AWAITING_APPROVAL APPROVED",
      "a RUNNING COMPLETED",
    ]);
    expect(one).toEqual(all.filter((line) => line.startsWith("b")));
    expect(some).toEqual(["RUNNING", "RUNNING"]);
  });

  test("that throw, reject or never end block nothing", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    const machine = machineOn();
    machine.addCallback("*", () => {
      throw new Error("synchronous");
    });
    machine.addCallback("*", async () => {
      throw new Error("asynchronous");
    });
    machine.addCallback("*", () => new Promise(() => {}));
    const heard = heardBy(machine);
    await machine.startTask("t");
    await machine.complete("t");
    expect(heard).toEqual(["t PENDING RUNNING", "t RUNNING COMPLETED"]);
    expect(warned.mock.calls.map(([, fields]) => String((fields as { error: unknown }).error))).toEqual(
      expect.arrayContaining(["Error: synchronous", "Error: asynchronous"]),
    );
    warned.mockRestore();
  });

  test("hear what a deadline does, which nobody here asked for", async () => {
    const machine = machineOn();
    const heard = heardBy(machine);
    await machine.startTask("t");
    await machine.requestApproval("t", { reason: "may it?", deadline: [{ after: 20, decide: { approved: false } }] });
    await vi.waitFor(() =>
      expect(heard).toEqual(["t PENDING RUNNING", "t RUNNING AWAITING_APPROVAL", "t AWAITING_APPROVAL REJECTED"]),
    );
  });

  test("each transition is logged with its fields, refusals too", async () => {
    const lines: unknown[] = [];
    const log = (level: string) => (fields: Record<string, unknown>, message: string) =>
      void lines.push({ level, message, ...fields });
    const machine = machineOn({
      log: { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
    });
    await machine.startTask("t", { by: "ci" });
    await machine.complete("t", { by: "ci" });
    await machine.resume("t").catch(() => {});
    expect(lines).toEqual([
      { level: "info", message: "task started", task: "t", to: "RUNNING", by: "ci" },
      { level: "info", message: "task complete", task: "t", event: "complete", to: "COMPLETED", by: "ci" },
      expect.objectContaining({ level: "warn", message: "task resume refused", task: "t", event: "resume", by: null }),
    ]);
  });
});

describe("on SQLite", () => {
  test("tasks outlive the machine that made them", async () => {
    const path = file();
    const first = machineOn({ store: sqlite(path) });
    await first.startTask("t", { metadata: { n: 1 } });
    await first.requestApproval("t", { reason: "may it?", severity: "high" });
    const before = await first.getTask("t");
    await first.close();
    const second = machineOn({ store: sqlite(path) });
    expect(await second.getTask("t")).toEqual(before);
    await second.approve("t", { approver: "ana" });
    await second.resume("t");
    expect((await second.complete("t", { result: [1] })).result).toEqual([1]);
  });

  test("a process that does no work hears of what others do", async () => {
    const path = file();
    const idle = createEngine({ store: sqlite(path), workflows: [taskWorkflow()] });
    const here = machineOn({ engine: idle, poll: 20 });
    const heard: string[] = [];
    here.addCallback("*", (task, before, after) => void heard.push(`${task.taskId} ${before} ${after}`));
    const there = machineOn({ store: sqlite(path) });
    await there.startTask("t");
    await vi.waitFor(() => expect(heard).toEqual(["t PENDING RUNNING"]));
    await there.complete("t");
    await vi.waitFor(() => expect(heard).toEqual(["t PENDING RUNNING", "t RUNNING COMPLETED"]));
    await here.close();
    await idle.stop();
  });

  test("two machines on one file see each other's tasks, decide them, and hear of it", async () => {
    const path = file();
    const [here, there] = [machineOn({ store: sqlite(path), poll: 50 }), machineOn({ store: sqlite(path), poll: 50 })];
    await here.open();
    await there.open();
    const heard: string[] = [];
    here.addCallback("t", (_task, before, after) => void heard.push(`${before} ${after}`));
    await here.startTask("t");
    await there.requestApproval("t", { reason: "may it?" });
    const both = await Promise.allSettled([
      here.approve("t", { approver: "ana" }),
      there.reject("t", { approver: "ben" }),
    ]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const end = (await there.getTask("t")).state;
    expect((await here.getTask("t")).state).toBe(end);
    await vi.waitFor(() =>
      expect(heard).toEqual(["PENDING RUNNING", "RUNNING AWAITING_APPROVAL", `AWAITING_APPROVAL ${end}`]),
    );
  });
});
