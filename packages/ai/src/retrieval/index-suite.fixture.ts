import { expect, test } from "vitest";
import { chunk } from "./chunk.ts";
import { corpus, queries } from "./corpus.fixture.ts";
import type { MetadataFilter } from "./filter.ts";
import { type IndexDocumentsOptions, indexDocuments } from "./indexing.ts";
import { memoryIndex } from "./memory-index.ts";
import type { SearchIndex } from "./search-index.ts";

/** A vector of three places that a text names: `1 0 0`. */
export const spelled: NonNullable<IndexDocumentsOptions["embedder"]> = {
  id: "test/spelled",
  embed: async (texts) => ({
    vectors: texts.map((text) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number)),
    usage: { input: null, output: null, cacheRead: null, cacheWrite: null, reasoning: null },
    model: "test/spelled",
  }),
};

/** What every index must do. `make` gives one that is empty; `agreement` is the least share of the reference's ten best that it has among its own. */
export function indexSuite(kind: string, make: (name: string) => SearchIndex, agreement: number): void {
  test(`${kind} finds the same ten as BM25 in memory`, async () => {
    const index = make("agree");
    const reference = memoryIndex();
    const documents = corpus(80);
    await indexDocuments(documents, { index });
    await indexDocuments(documents, { index: reference });
    let same = 0;
    let all = 0;
    for (const query of queries(20)) {
      const best = await reference.words(query, { limit: 10 });
      const found = new Set((await index.words(query, { limit: 10 })).map(({ id }) => id));
      same += best.filter(({ id }) => found.has(id)).length;
      all += best.length;
    }
    expect(all).toBeGreaterThan(150);
    expect(same / all).toBeGreaterThanOrEqual(agreement);
  });

  test(`${kind} puts a changed document in the place of the old one, and forgets a removed one`, async () => {
    const index = make("change");
    await indexDocuments(
      [
        { id: "a", text: "red apple" },
        { id: "b", text: "green apple" },
      ],
      { index },
    );
    expect(await index.words("red", { limit: 5 })).toHaveLength(1);
    const [outcome] = await indexDocuments([{ id: "a", text: "yellow apple" }], { index });
    expect(outcome).toEqual({ id: "a", outcome: "indexed" });
    expect(await index.words("red", { limit: 5 })).toEqual([]);
    const again = await indexDocuments(
      [
        { id: "a", text: "yellow apple" },
        { id: "b", deleted: true },
      ],
      { index },
    );
    expect(again.map(({ outcome }) => outcome)).toEqual(["unchanged", "removed"]);
    expect((await index.words("apple", { limit: 5 })).map(({ document }) => document)).toEqual(["a"]);
  });

  test(`${kind} gives passages that are the text at their offsets`, async () => {
    const index = make("offsets");
    const text = '# Köln\nIt\'s "far": 300 km; OR is it? '.repeat(30);
    await indexDocuments([{ id: "it's", text, metadata: { tag: "x" } }], {
      index,
      chunk: { by: "headings", size: 30 },
    });
    const found = await index.words('Koln "far" OR NEAR( * -km', { limit: 50 });
    expect(found).toHaveLength(chunk(text, { by: "headings", size: 30 }).length);
    for (const one of found) {
      expect(one.text).toBe(text.slice(one.start, one.end));
      expect(one).toMatchObject({ document: "it's", headings: ["Köln"], metadata: { tag: "x" } });
    }
    expect(await index.words("?!", { limit: 5 })).toEqual([]);
  });

  test(`${kind} gives the nearest vectors first`, async () => {
    const index = make("near");
    const documents = ["1 0 0", "0 1 0", "0 0 1", "3 1 0"].map((text) => ({
      id: text,
      text,
      metadata: { up: text === "0 0 1" },
    }));
    await indexDocuments(documents, { index, embedder: spelled });
    const near = await index.near([2, 1, 0], { limit: 2 });
    expect(near.map(({ document }) => document)).toEqual(["3 1 0", "1 0 0"]);
    expect(near[0]?.score).toBeCloseTo(7 / Math.sqrt(50), 5);
    const up = await index.near([2, 1, 0], { limit: 2, filter: { up: true } });
    expect(up.map(({ document }) => document)).toEqual(["0 0 1"]);
  });

  test(`${kind} filters as its metadata says, type by type`, async () => {
    const index = make("filters");
    const documents = [
      { id: "n", text: "x", metadata: { v: 10, "a b.c'": "q", list: ["p", 1, true] } },
      { id: "s", text: "x", metadata: { v: "10", list: [] } },
      { id: "t", text: "x", metadata: { v: true } },
      { id: "z", text: "x", metadata: { v: null, list: "p" } },
      { id: "none", text: "x" },
    ];
    await indexDocuments(documents, { index });
    const found = async (filter: MetadataFilter): Promise<string> =>
      (await index.words("x", { limit: 9, filter }))
        .map(({ document }) => document)
        .sort()
        .join(" ");
    expect(await found({ v: 10 })).toBe("n");
    expect(await found({ v: "10" })).toBe("s");
    expect(await found({ v: true })).toBe("t");
    expect(await found({ v: { not: 10 } })).toBe("none s t z");
    expect(await found({ v: { not: true } })).toBe("n none s z");
    expect(await found({ v: { in: ["10", true] } })).toBe("s t");
    expect(await found({ v: { in: [] } })).toBe("");
    expect(await found({ v: { gte: 9.5, lt: 10.5 } })).toBe("n");
    expect(await found({ v: { gt: "1" } })).toBe("s");
    expect(await found({ v: { lte: 10 } })).toBe("n");
    expect(await found({ list: { has: "p" } })).toBe("n");
    expect(await found({ list: { has: 1 }, "a b.c'": "q" })).toBe("n");
    expect(await found({ list: { has: true } })).toBe("n");
    await expect(found({ v: { like: 1 } as never })).rejects.toThrow(/v\.like: is no test; write one of eq/);
    await expect(found({ v: { gt: true } as never })).rejects.toThrow(/v\.gt: must be a text or a number/);
  });
}
