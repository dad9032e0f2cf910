import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { Deployments, disciplines } from "../engine/deployments.fixture.ts";
import { workflow } from "../workflow/definition.ts";

const Mail = z.object({ to: z.string(), text: z.string() });
type Turn = { tool: "mail"; args: z.infer<typeof Mail> } | { ask: string } | { done: string };

describe.each(disciplines)("an agent and people (%s)", (discipline) => {
  const world = new Deployments(discipline);
  afterEach(() => world.stop());

  /** An agent whose model does what the script says, hears what came of it, and is bound by what people say. */
  const agent = (script: readonly Turn[]) =>
    workflow({ name: "agent" }, async (ctx) => {
      const heard: string[] = [];
      for (let turn = 0; ; turn++) {
        const wants = await ctx.step("think", () => script[turn] ?? ({ done: "nothing left" } satisfies Turn));
        if ("done" in wants) return heard;
        if ("ask" in wants) {
          const { value, by } = await ctx.hold("question", { title: wants.ask, form: z.object({ text: z.string() }) });
          heard.push(`${by}: ${value.text}`);
          continue;
        }
        const { approved, args, note } = await ctx.approve("tool call", {
          title: `Send a mail to ${wants.args.to}?`,
          action: { name: wants.tool, arguments: wants.args, schema: Mail },
        });
        if (approved && args) await ctx.step("mail", () => world.did(`mail:${args.to}`));
        heard.push(approved ? `sent to ${args?.to}` : `denied: ${note}; do not send it again`);
      }
    });

  test("a tool call waits for a person: done as approved, done with other arguments, or denied with the reason told", async () => {
    const call = (to: string): Turn => ({ tool: "mail", args: { to, text: "hi" } });
    const engine = await world.deploy([agent([call("ana"), call("all"), call("press")])]);
    const run = await engine.run("agent", undefined);
    const next = async (to: string) => {
      await expect.poll(async () => (await run.holds()).find(({ title }) => title.includes(to))?.status).toBe("open");
      return (await run.holds()).find(({ title, status }) => title.includes(to) && status === "open")?.id ?? "";
    };
    await engine.decide(await next("ana"), { approved: true }, { by: "ben" });
    await engine.decide(await next("all"), { approved: true, args: { to: "cleo", text: "hi" } }, { by: "ben" });
    await engine.decide(await next("press"), { approved: false }, { by: "ben", note: "not before Monday" });
    expect(await run.result()).toEqual([
      "sent to ana",
      "sent to cleo",
      "denied: not before Monday; do not send it again",
    ]);
    expect(world.happened("mail:ana mail:cleo")).toBe(true);
  });

  test("it asks a person in the middle of its work, and goes on with the answer", async () => {
    const engine = await world.deploy([agent([{ ask: "Which invoice?" }, { done: "" }])]);
    const run = await engine.run("agent", undefined);
    await engine.decide(await run.hold("question"), { text: "No. 7" }, { by: "ana" });
    expect(await run.result()).toEqual(["ana: No. 7"]);
  });

  test("files belong to the evidence: they are shown with their digest, and another digest is other evidence", async () => {
    const asking = (sha256: string) =>
      workflow({ name: "asking" }, (ctx) =>
        ctx.approve("sign", { title: "Sign?", attachments: [{ name: "contract.pdf", sha256, bytes: 12_345 }] }),
      );
    const hashes: string[] = [];
    for (const digest of ["a", "b"]) {
      const engine = await world.deploy([asking(digest.repeat(64))]);
      const hold = await (await engine.run("asking", undefined)).hold("sign");
      expect(hold.attachments).toEqual([{ name: "contract.pdf", sha256: digest.repeat(64), bytes: 12_345 }]);
      hashes.push(hold.evidenceHash);
    }
    expect(new Set(hashes).size).toBe(2);
  });

  test("a loop that has spent its budget of money or tokens asks a person, and says how much it was", async () => {
    const loop = workflow({ name: "loop" }, async (ctx) => {
      const spent = { cost: 0, tokens: 0 };
      for (let turn = 1; ; turn++) {
        const used = await ctx.step("think", () => ({ cost: 0.75, tokens: 400 }));
        spent.cost += used.cost;
        spent.tokens += used.tokens;
        const { approved } = await ctx.approve("go on", {
          title: `Turn ${turn} is over. Go on?`,
          holdWhen: [{ costAbove: 2 }, { tokensAbove: 1000 }],
          facts: spent,
        });
        if (!approved) return turn;
      }
    });
    const engine = await world.deploy([loop]);
    const run = await engine.run(loop, undefined);
    const hold = await run.hold("go on");
    expect(hold).toMatchObject({ title: "Turn 3 is over. Go on?", facts: { cost: 2.25, tokens: 1200 } });
    expect(hold.fired.map(({ says }) => says)).toEqual(["cost 2.25 is above 2", "tokens 1200 is above 1000"]);
    await engine.decide(hold, { approved: false }, { by: "ana" });
    expect(await run.result()).toBe(3);
  });

  test("all that one run asks are answered at once", async () => {
    const asking = workflow({ name: "asking" }, (ctx) =>
      ctx.map([1, 2, 3], (n) => ctx.approve("pay", { title: `Pay ${n}?` }).then(({ approved }) => approved)),
    );
    const engine = await world.deploy([asking]);
    const run = await engine.run(asking, undefined);
    await expect.poll(async () => (await engine.holds({ runId: run.id, status: ["open"] })).items.length).toBe(3);
    const { items } = await engine.holds({ runId: run.id, status: ["open"] });
    const denied = items.find(({ title }) => title === "Pay 2?")?.id ?? "";
    await engine.holds.decideMany(
      items,
      { approved: true },
      { by: "ana", note: "the usual", each: { [denied]: { answer: { approved: false } } } },
    );
    expect(await run.result()).toEqual([true, false, true]);
  });
});
