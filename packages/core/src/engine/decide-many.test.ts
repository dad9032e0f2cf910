import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { workflow } from "../workflow/definition.ts";
import { Deployments } from "./deployments.fixture.ts";
import type { Hold } from "./hold-view.ts";

const label = workflow(
  {
    name: "label",
    input: z.object({ mail: z.string(), severity: z.enum(["low", "high", "critical"]).default("low") }),
  },
  async (ctx, { mail, severity }) => {
    const { approved, note } = await ctx.approve("file it", {
      title: `File ${mail}?`,
      severity,
      reviewers: { people: ["ana", "ben"] },
      options: [{ value: "spam", outcome: "rejected" }],
      ...(mail.startsWith("tool") ? { action: { name: "move", arguments: { mail } } } : {}),
    });
    return `${mail}: ${approved} ${note}`;
  },
);

describe("many holds at once", () => {
  let world: Deployments;
  beforeEach(() => {
    world = new Deployments();
  });
  afterEach(() => world.stop());

  async function open(inputs: readonly { mail: string; severity?: "low" | "high" | "critical" }[]) {
    const engine = await world.deploy([label]);
    const runs = await Promise.all(inputs.map((input) => engine.run(label, input as never)));
    const holds: Hold[] = [];
    for (const run of runs) holds.push(await run.hold("file it"));
    return { engine, runs, holds };
  }

  test("are decided with one reason, except where one says otherwise; each has its own result", async () => {
    const mails = Array.from({ length: 120 }, (_, i) => ({ mail: `m${i}` }));
    const { engine, runs, holds } = await open(mails);
    const ids = holds.map(({ id }) => id);
    await engine.decide(holds[3] as Hold, { approved: false }, { by: "ben" });
    const results = await engine.holds.decideMany(
      holds,
      { approved: true },
      {
        by: "ana",
        note: "the usual ones",
        each: {
          [ids[0] as string]: { answer: { approved: false }, note: "not this one", option: "spam" },
          [ids[1] as string]: { skip: true },
          [ids[2] as string]: { option: "spam" },
        },
      },
    );
    expect(results).toHaveLength(119);
    const refused = results
      .filter(({ error }) => error !== null)
      .map(({ id, error }) => [ids.indexOf(id), error?.code]);
    expect(refused).toEqual([
      [2, "VALIDATION"],
      [3, "HOLD_CONFLICT"],
    ]);
    expect((await engine.hold(ids[1] as string)).status).toBe("open");
    expect(await runs[0]?.result()).toBe("m0: false not this one");
    expect(await runs[119]?.result()).toBe("m119: true the usual ones");
  });

  test("a critical one is refused, and a high one that was not read", async () => {
    const { engine, holds } = await open([
      { mail: "a", severity: "critical" },
      { mail: "b", severity: "high" },
      { mail: "c", severity: "high" },
      { mail: "d" },
    ]);
    const given = [holds[0] as Hold, (holds[1] as Hold).id, holds[2] as Hold, (holds[3] as Hold).id];
    const results = await engine.holds.decideMany(given, { approved: true }, { by: "ana", note: "all fine" });
    expect(results.map(({ error, hold }) => error?.message ?? hold?.status)).toEqual([
      expect.stringContaining('"File a?" is critical: read it and decide it by itself'),
      expect.stringContaining("pass the hold as it was read"),
      "decided",
      "decided",
    ]);
  });

  test("somebody who may not decide one decides none of it, and is told so for each", async () => {
    const { engine, holds } = await open([{ mail: "a" }, { mail: "b" }]);
    const results = await engine.holds.decideMany(holds, { approved: true }, { by: "eve", note: "mine" });
    expect(results.map(({ error }) => error?.code)).toEqual(["NOT_ALLOWED", "NOT_ALLOWED"]);
  });

  test.each([
    [{ note: " " }, /note: must say why/],
    [{ note: "x", each: { h_none: { skip: true } } }, /each\.h_none: is none of the holds/],
  ])("%j is refused before anything is decided", async (options, message) => {
    const { engine, holds } = await open([{ mail: "a" }]);
    await expect(engine.holds.decideMany(holds, { approved: true }, { by: "ana", ...options })).rejects.toThrow(
      message,
    );
    await expect(
      engine.holds.decideMany([...holds, ...holds], { approved: true }, { by: "ana", note: "x" }),
    ).rejects.toThrow(/is there twice/);
    expect((await engine.hold((holds[0] as Hold).id)).status).toBe("open");
  });

  test("similar ones ask the same of people", async () => {
    const { engine, holds } = await open([{ mail: "a" }, { mail: "b" }, { mail: "tool a" }, { mail: "tool b" }]);
    const like = async (index: number) =>
      (await engine.holds.similar(holds[index] as Hold)).items.map(({ title }) => title);
    expect(await like(0)).toEqual(["File b?"]);
    expect(await like(2)).toEqual(["File tool b?"]);
  });
});
