import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { HITLStateMachine, TaskContext, TaskState } from "../index.ts";

/** The four examples of the Python machine, and its quick start, line for line. */
describe("the four examples of the task machine", () => {
  test("quick start: start, request, approve, resume, complete", async () => {
    const machine = new HITLStateMachine();

    // Start task
    const task = await machine.startTask("deploy_prod");

    // Request approval
    await machine.requestApproval("deploy_prod", {
      reason: "Deploy v1.2.3 to production",
      severity: "critical",
    });

    // Approve (simulated human action)
    await machine.approve("deploy_prod", { approver: "alice" });

    // Resume and complete
    await machine.resume("deploy_prod");
    await machine.complete("deploy_prod");

    expect(task.state).toBe("RUNNING");
    expect((await machine.getTask("deploy_prod")).state).toBe("COMPLETED");
    await machine.close();
  });

  test("the page's quick start is that one", () => {
    const statements = (text: string): string[] =>
      [...text.matchAll(/(?:const \w+ = )?(?:new HITLStateMachine\(\)|await machine\.\w+\((?!\))[^;]*\))/g)].map(
        ([one]) => one.replaceAll(/\s+/g, " "),
      );
    const page = readFileSync(new URL("../../../../docs/tasks.md", import.meta.url), "utf8");
    const block = /```ts\n(.*?)```/s.exec(page)?.[1] ?? "";
    const here = readFileSync(new URL(import.meta.url), "utf8").split('test("')[1] ?? "";
    const wanted = statements(block);
    expect(wanted.length).toBe(6);
    expect(statements(here).slice(0, 6)).toEqual(wanted);
  });

  test("basic approval: a deployment waits for a person and goes on", async () => {
    await using machine = new HITLStateMachine();
    await machine.startTask("deploy_v1", { step: "build", metadata: { version: "1.2.3" } });
    await machine.step("deploy_v1", "deploy");
    await machine.requestApproval("deploy_v1", {
      reason: "Deploy v1.2.3 to production",
      context: { version: "1.2.3", tests: "passed" },
      options: ["proceed", "cancel"],
      severity: "high",
    });
    const [waiting] = await machine.getPendingApprovals();
    expect(waiting?.interruptPoint).toMatchObject({
      reason: "Deploy v1.2.3 to production",
      context: { version: "1.2.3", tests: "passed" },
      options: ["proceed", "cancel"],
      severity: "high",
      createdAt: expect.any(Date),
    });
    await machine.approve("deploy_v1", { approver: "alice", option: "proceed", note: "go" });
    const approved = await machine.getTask("deploy_v1");
    expect(approved.approvalData).toMatchObject({
      decision: "approved",
      approver: "alice",
      option: "proceed",
      note: "go",
      at: expect.any(Date),
    });
    expect(approved.interruptPoint).toBeNull();
    await machine.resume("deploy_v1");
    const done = await machine.complete("deploy_v1");
    expect(done).toMatchObject({
      state: "COMPLETED",
      history: ["build", "deploy"],
      currentStep: null,
      metadata: { version: "1.2.3" },
    });
    expect(await machine.getPendingApprovals()).toEqual([]);
  });

  test("three parallel deployments are decided each on its own", async () => {
    await using machine = new HITLStateMachine();
    const services = ["api", "web", "worker"];
    await Promise.all(
      services.map(async (service) => {
        await machine.startTask(`deploy_${service}`);
        await machine.requestApproval(`deploy_${service}`, { reason: `Deploy ${service}`, severity: "medium" });
      }),
    );
    expect((await machine.getPendingApprovals()).map(({ taskId }) => taskId).sort()).toEqual([
      "deploy_api",
      "deploy_web",
      "deploy_worker",
    ]);
    await Promise.all([
      machine.approve("deploy_api", { approver: "alice" }),
      machine.reject("deploy_web", { approver: "bob", reason: "not today" }),
      machine.approve("deploy_worker", { approver: "carol" }),
    ]);
    await Promise.all(
      ["deploy_api", "deploy_worker"].map(async (id) => {
        await machine.resume(id);
        await machine.complete(id);
      }),
    );
    const states = Object.fromEntries((await machine.getAllTasks()).map(({ taskId, state }) => [taskId, state]));
    expect(states).toEqual({ deploy_api: "COMPLETED", deploy_web: "REJECTED", deploy_worker: "COMPLETED" });
    expect((await machine.getTasksByState(TaskState.COMPLETED)).map(({ taskId }) => taskId).sort()).toEqual([
      "deploy_api",
      "deploy_worker",
    ]);
  });

  test("rejection ends a task, with who and why", async () => {
    await using machine = new HITLStateMachine();
    await machine.startTask("delete_db");
    await machine.requestApproval("delete_db", { reason: "Drop the old database", severity: "critical" });
    const rejected = await machine.reject("delete_db", { approver: "bob", reason: "there is no backup" });
    expect(rejected.state).toBe("REJECTED");
    expect(rejected.approvalData).toMatchObject({ decision: "rejected", approver: "bob", note: "there is no backup" });
    await expect(machine.resume("delete_db")).rejects.toThrow('task "delete_db" is REJECTED: it cannot resume');
  });

  test("state persistence: a task goes through JSON and on in another machine", async () => {
    const first = new HITLStateMachine();
    await first.startTask("migrate", { metadata: { rows: 10 }, step: "copy" });
    await first.step("migrate", "switch over");
    await first.requestApproval("migrate", {
      reason: "Switch over?",
      context: { lag: 0 },
      options: ["now"],
      severity: "high",
    });
    const before = await first.getTask("migrate");
    const text = JSON.stringify(before);
    await first.close();

    expect(TaskContext.fromJSON(text)).toEqual(before);
    expect(JSON.parse(text)).toMatchObject({
      task_id: "migrate",
      state: "AWAITING_APPROVAL",
      current_step: "switch over",
      history: ["copy"],
      metadata: { rows: 10 },
      interrupt_point: { reason: "Switch over?", context: { lag: 0 }, options: ["now"], severity: "high" },
      approval_data: null,
      error: null,
    });

    await using second = new HITLStateMachine();
    const restored = await second.restore(text);
    expect(restored).toEqual(before);
    await second.approve("migrate", { approver: "alice", option: "now" });
    await second.resume("migrate");
    expect(await second.complete("migrate")).toMatchObject({ state: "COMPLETED", history: ["copy", "switch over"] });
  });
});
