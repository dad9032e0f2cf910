import { toMermaid } from "@holdpoint/flow";
import { describe, expect, test } from "vitest";
import { agent } from "../agent/agent.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";
import { crew } from "./crew.ts";
import { answering, engineFor, promptOf, ran } from "./patterns.fixture.ts";
import { router } from "./router.ts";

const heard: Record<string, string[]> = {};
const member = (name: string, description = `does ${name}`) => {
  heard[name] = [];
  const model = scriptedModel((request, { call }) => {
    heard[name]?.push(promptOf(request));
    return `${name} ${call}`;
  }, name);
  return agent({ name, description, model });
};

describe("a crew", () => {
  test("sequential: each sees what is on the board, and the last one's words are the answer", async () => {
    const line = crew({ name: "line", process: "sequential", members: [member("plan"), member("write")] });
    const result = await ran(line, answering({}));
    expect(result).toMatchObject({ answer: "write 1", board: [{ member: "plan" }, { member: "write" }] });
    expect(heard.write?.[0]).toContain("plan: plan 1");
    expect(heard.plan?.[0]).not.toContain("write:");
  });

  test("parallel: none knows of the others, the answer is made of all", async () => {
    const model = answering({ "answer confidence": [{ answer: "both", confidence: 0.7 }] });
    const pair = crew({ name: "pair", process: "parallel", members: [member("left"), member("right")] });
    expect(await ran(pair, model)).toMatchObject({ answer: "both", confidence: 0.7 });
    expect(heard.right?.[0]).toContain("(none)");
    expect(promptOf(model.requests[0] as never)).toContain("left: left 1");
  });

  const next = (who: string) => ({ next: who, part: `your part, ${who}` });
  test("supervisor: says who is next until the task is done, and is no answer where it never is", async () => {
    const team = () => [member("look"), member("tell")];
    const model = answering({
      "next part": [next("tell"), next("look"), next("finish")],
      "answer confidence": [{ answer: "done", confidence: 1 }],
    });
    const result = await ran(crew({ name: "team", process: "supervisor", members: team() }), model);
    expect(result).toMatchObject({ answer: "done", board: [{ member: "tell" }, { member: "look" }] });
    const never = answering({ "next part": [next("look")] });
    const endless = crew({ name: "team", process: "supervisor", members: team(), rounds: 2 });
    const ended = await ran(endless, never);
    expect(ended).toMatchObject({ outcome: "no-answer", answer: null });
    expect(ended.board).toHaveLength(2);
  });

  test("hierarchical: the manager gives out tasks, reviews, and gives them out again; a member may be a crew", async () => {
    const inner = crew({ name: "inner", process: "sequential", members: [member("deep")] });
    const office = crew({ name: "office", process: "hierarchical", members: [member("count"), inner as never] });
    const task = (who: string) => ({ member: who, task: `${who} it` });
    const model = answering({
      tasks: [{ tasks: [task("count"), task("inner")] }, { tasks: [task("count")] }],
      "approved problems": [
        { approved: false, problems: ["count again"] },
        { approved: true, problems: [] },
      ],
      "answer confidence": [{ answer: "42", confidence: 0.9 }],
    });
    const engine = engineFor(model, office as never, inner as never);
    const result = await (await engine.run(office, { task: "how many?" })).result();
    expect(result).toMatchObject({ answer: "42", outcome: "answered" });
    expect(result.board.map(({ member, text }) => `${member}: ${text}`)).toEqual([
      "count: count 1",
      "inner: deep 1",
      "count: count 2",
    ]);
    expect(promptOf(model.requests[2] as never)).toContain("count again");

    const rejected = answering({
      tasks: [{ tasks: [task("count")] }],
      "approved problems": [{ approved: false, problems: ["no"] }],
    });
    expect(await ran(office, rejected)).toMatchObject({ outcome: "not-approved", answer: null });
  });

  test("names that steps have are refused, and members are in the drawing", () => {
    const members = (name: string) => [member(name), member("other")];
    expect(() => crew({ name: "c", process: "parallel", members: members("review") })).toThrow(
      "is no name for a member",
    );
    expect(() => crew({ name: "c", process: "parallel", members: members("other") })).toThrow(
      'two members named "other"',
    );
    expect(() => crew({ name: "c", process: "chaos" as never, members: members("a") })).toThrow('"chaos" must be');
    for (const process of ["sequential", "parallel", "supervisor", "hierarchical"] as const) {
      expect(toMermaid(crew({ name: "c", process, members: members("scout") }).definition)).toContain("scout");
    }
  });
});

describe("a router", () => {
  const desk = () => router({ name: "desk", routes: { bills: member("billing"), tech: member("technical") } });
  const choice = (route: string, confidence: number) => ({ route, reason: "it says so", confidence });
  const choosing = (route: string, confidence: number) =>
    answering({ "route reason confidence": [choice(route, confidence)] });

  test("the model's choice is recorded, and the chosen one works", async () => {
    const result = await ran(desk(), choosing("tech", 0.9));
    expect(result).toMatchObject({ route: "tech", answer: "technical 1", confidence: 0.9, routedBy: null });
    expect(heard.billing).toEqual([]);
  });

  test("a choice that is not sure enough is a person's, and nobody works before it is made", async () => {
    const flow = desk();
    const engine = engineFor(choosing("tech", 0.4), flow as never);
    const run = await engine.run(flow, { task: "my bill" });
    const hold = await run.hold("choose");
    expect([heard.billing, heard.technical]).toEqual([[], []]);
    await expect(engine.decide(hold, { route: "cellar" }, { by: "ana" })).rejects.toThrow("route");
    await engine.decide(hold, { route: "bills" }, { by: "ana" });
    expect(await run.result()).toMatchObject({ route: "bills", answer: "billing 1", routedBy: "ana" });
    expect(toMermaid(flow.definition)).toContain("to bills");
  });

  test("a route that is none is sent back to the model", async () => {
    const model = answering({ "route reason confidence": [choice("cellar", 1), choice("bills", 1)] });
    expect(await ran(desk(), model)).toMatchObject({ route: "bills" });
    expect(model.requests).toHaveLength(2);
  });
});
