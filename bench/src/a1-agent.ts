import { setTimeout as sleep } from "node:timers/promises";
import { agent, agentStep, answer, llmStep, type Model, models, modelsService, noUsage, tool } from "@holdpoint/ai";
import { workflow } from "holdpoint";
import { z } from "zod";
import { withEngine } from "./engines.ts";
import { type Figure, figure, median } from "./figures.ts";

const turns = 200;
const tokens = 20_000;

/** Answers at once, and asks for a tool in every turn but the last. */
const instant: Model = {
  id: "bench/instant",
  generate: async ({ messages }) => {
    const turn = 1 + messages.filter(({ role }) => role === "assistant").length;
    const call = { type: "tool-call", id: `c${turn}`, name: "look", args: { turn } } as const;
    return answer("bench/instant", turn > turns ? "done" : [call], { usage: noUsage });
  },
  stream: async function* () {
    let text = "";
    for (let n = 0; n < tokens; n++) {
      text += "word ";
      yield { type: "text", delta: "word " };
    }
    yield { type: "finish", response: answer("bench/instant", text, { usage: noUsage }) };
  },
};

const pacedSeconds = 3;
/** A thousand tokens a second, ten at a time, by the clock. */
const paced: Model = {
  id: "bench/paced",
  generate: instant.generate,
  stream: async function* () {
    const began = performance.now();
    let text = "";
    for (let n = 0; n < pacedSeconds * 100; n++) {
      await sleep(Math.max(0, began + n * 10 - performance.now()));
      for (let piece = 0; piece < 10; piece++) {
        text += "word ";
        yield { type: "text", delta: "word " };
      }
    }
    yield { type: "finish", response: answer("bench/paced", text, { usage: noUsage }) };
  },
};

const look = tool({
  name: "look",
  description: "Looks.",
  input: z.object({ turn: z.number() }),
  execute: ({ turn }) => turn,
});
const clerk = agent({ name: "clerk", model: instant, tools: [look], maxTurns: turns + 1 });
const asked = workflow({ name: "asked" }, async (ctx) => (await agentStep(ctx, clerk, "go")).turns);
/** The same commits without an agent: two steps for a turn. */
const plain = workflow({ name: "plain" }, async (ctx) => {
  for (let turn = 0; turn < turns; turn++) {
    await ctx.step("model", () => turn);
    await ctx.step("tool", () => turn);
  }
});

let heard = 0;
const streamed = workflow({ name: "streamed" }, async (ctx) => {
  const { text } = await llmStep(ctx, "write", { model: instant, prompt: "go", onDelta: () => void heard++ });
  return text.length;
});

const shown = workflow({ name: "shown" }, async (ctx) => {
  const { text } = await llmStep(ctx, "write", { model: paced, prompt: "go", live: true });
  return text.length;
});
const unshown = workflow({ name: "unshown" }, async (ctx) => {
  const { text } = await llmStep(ctx, "write", { model: paced, prompt: "go", onDelta: () => void heard++ });
  return text.length;
});

/** Milliseconds of processor time: the disk's waits are the same in both of a pair, and far longer. */
async function worked(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Reads the stream and nothing else. */
async function bare(): Promise<void> {
  for await (const event of instant.stream?.({ messages: [] }) ?? []) if (event.type === "text") heard++;
}

/** What an agent costs over its commits, and what looking on costs a stream. */
export async function a1(rounds: number): Promise<Figure[]> {
  const services = [modelsService.provide(models({ environment: {} }))];
  const workflows = [asked, plain, streamed, shown, unshown];
  const turn: number[] = [];
  const stream: number[] = [];
  const live: number[] = [];
  const pairs: string[] = [];
  await withEngine("full", { workflows, services }, async (engine) => {
    for (let round = -1; round < rounds; round++) {
      const steps = await worked(async () => (await engine.run(plain, undefined)).result());
      const agents = await worked(async () => (await engine.run(asked, undefined)).result());
      const alone = await worked(bare);
      const looking = await worked(async () => (await engine.run(streamed, undefined)).result());
      const kept = await worked(async () => (await engine.run(unshown, undefined)).result());
      const seen = await worked(async () => (await engine.run(shown, undefined)).result());
      if (round < 0) continue; // uncounted: compiled, warm
      turn.push((agents - steps) / turns);
      stream.push(((looking - alone) / tokens) * 100);
      // Of a processor's time while the tokens come: that is what is left for everything else.
      live.push(((seen - kept) / (pacedSeconds * 1000)) * 100);
      pairs.push(`${Math.round(agents)}/${Math.round(steps)} ms`);
    }
  });
  return [
    figure(
      "A1 turn",
      "an agent's turn with a tool over its two commits",
      "ms",
      { must: 2, aim: 1, less: true },
      turn,
      pairs.join(", "),
    ),
    figure(
      "A1 stream",
      "a stream with a listener, at 1,000 tokens/s",
      "% more",
      { must: 5, aim: 1, less: true },
      stream,
      `median ${median(stream).toFixed(2)} %`,
    ),
    figure(
      "A1 live",
      "a stream at 1,000 tokens/s that other processes see grow (SQLite FULL), of a processor's time",
      "% more",
      { must: 5, aim: 2, less: true },
      live,
      `median ${median(live).toFixed(2)} %`,
    ),
  ];
}
