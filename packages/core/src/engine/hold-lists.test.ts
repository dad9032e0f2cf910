import { afterEach, describe, expect, test } from "vitest";
import type { Directory } from "../hold/directory.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments } from "./deployments.fixture.ts";

const asking = workflow({ name: "asking" }, async (ctx, given: unknown) => {
  const n = given as number;
  const tags = n % 10 === 0 ? ["all", "tenth"] : ["all"];
  await ctx.approve("pay", { title: `Pay ${n}?`, context: "tenth", tags, reviewers: { groups: [`team-${n % 10}`] } });
});

describe("lists of holds", () => {
  const asked: string[] = [];
  const directory: Directory = {
    members: (group) => {
      asked.push(group);
      return ["chief", group === "team-3" ? "trina" : "nobody"];
    },
  };
  const world = new Deployments("normal", { directory });
  afterEach(() => world.stop());

  test("are searched by tag and by who may decide: full pages, each hold once, in order, to the end", async () => {
    const engine = await world.deploy([asking]);
    await Promise.all(Array.from({ length: 230 }, (_, n) => engine.run("asking", n)));
    const opened = async (): Promise<number> => (await engine.holds({}, { limit: 1000 })).items.length;
    await expect.poll(opened).toBe(230);
    const numbers = (titles: { title: string }[]): number[] => titles.map(({ title }) => Number(/\d+/.exec(title)));
    const everything = numbers((await engine.holds({}, { limit: 1000 })).items);
    for (const [list, fits] of [
      [(page: object) => engine.holds({ tag: "tenth" }, page), (n: number) => n % 10 === 0],
      [(page: object) => engine.holds({ tag: "all", status: ["open"] }, page), () => true],
      [(page: object) => engine.holds({ tag: "none" }, page), () => false],
      [(page: object) => engine.holds.inbox("trina", {}, page), (n: number) => n % 10 === 3],
      [(page: object) => engine.holds.inbox("chief", { tag: "tenth" }, page), (n: number) => n % 10 === 0],
    ] as const) {
      const found: number[] = [];
      let cursor: string | null = null;
      const sizes: number[] = [];
      do {
        const page: Awaited<ReturnType<typeof list>> = await list({ limit: 7, cursor });
        found.push(...numbers(page.items));
        sizes.push(page.items.length);
        cursor = page.cursor;
      } while (cursor !== null);
      expect(found).toEqual(everything.filter(fits));
      expect(sizes.slice(0, -1).every((size) => size === 7)).toBe(true);
    }
    asked.length = 0;
    await engine.holds.inbox("chief", {}, { limit: 200 });
    expect(asked.length).toBe(10);
  });
});
