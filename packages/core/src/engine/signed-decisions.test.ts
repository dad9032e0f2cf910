import { generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { staticDirectory } from "../hold/directory.ts";
import { signDecision } from "../hold/signature.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments } from "./deployments.fixture.ts";

const people = Object.fromEntries(["ana", "ben"].map((name) => [name, generateKeyPairSync("ed25519")]));
const keys = Object.fromEntries(
  Object.entries(people).map(([name, { publicKey }]) => [
    name,
    [publicKey.export({ type: "spki", format: "pem" }).toString()],
  ]),
);
const directory = staticDirectory({ keys });
const asking = (signed: boolean) =>
  workflow({ name: "asking" }, async (ctx) => {
    const reviewers = { people: ["ana", "ben"], quorum: signed ? 2 : 1, signed };
    return (await ctx.approve("sign", { title: "Pay?", ...(signed ? { reviewers } : {}) })).approved;
  });

describe("signed decisions", () => {
  const world = new Deployments("normal", { directory });
  afterEach(() => world.stop());
  const key = (name: string) => people[name]?.privateKey ?? "";

  test("are taken from whoever has the key, checked by verify, and nothing unsigned beside them", async () => {
    const engine = await world.deploy([asking(true)]);
    const run = await engine.run("asking", undefined);
    const hold = await run.hold("sign");
    const yes = { approved: true };
    await expect(engine.decide(hold, yes, { by: "ana" })).rejects.toThrow('"Pay?" takes signed decisions only');
    const forged = signDecision(key("ben"), hold, yes, { by: "ana" });
    await expect(engine.decide(hold, yes, { by: "ana", signature: forged })).rejects.toThrow('not one of "ana"');
    const no = signDecision(key("ana"), hold, { approved: false }, { by: "ana" });
    await expect(engine.decide(hold, yes, { by: "ana", signature: no })).rejects.toThrow('not one of "ana"');
    for (const by of ["ana", "ben"]) {
      await engine.decide(hold, yes, {
        by,
        note: "ok",
        signature: signDecision(key(by), hold, yes, { by, note: "ok" }),
      });
    }
    expect(await run.result()).toBe(true);
    expect(await engine.verify(run.id)).toMatchObject({ verdict: "intact", problems: [] });
    const other = staticDirectory({ keys: { ...keys, ben: keys.ana ?? [] } });
    const doubting = await world.only([asking(true)], { directory: other });
    expect((await doubting.verify(run.id)).problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('the signature beside what "ben" said is not theirs'),
    ]);
  });

  test("may be given to any hold, about what was read", async () => {
    const engine = await world.deploy([asking(false)]);
    const run = await engine.run("asking", undefined);
    const hold = await run.hold("sign");
    const signature = signDecision(key("ana"), hold, { approved: true }, { by: "ana" });
    await expect(engine.decide(hold.id, { approved: true }, { by: "ana", signature })).rejects.toThrow(
      "as it was read",
    );
    await engine.decide(hold, { approved: true }, { by: "ana", signature });
    expect(await run.result()).toBe(true);
    expect((await engine.verify(run.id)).problems).toEqual([]);
  });
});
