import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { database } from "@holdpoint/sql";
import okapi from "okapibm25";
import { describe, expect, onTestFinished, test } from "vitest";
import { Bm25 } from "./bm25.ts";
import { corpus, queries } from "./corpus.fixture.ts";
import { type DatabaseIndexOptions, databaseIndex } from "./database-index.ts";
import { fuse } from "./fuse.ts";
import { indexSuite, spelled } from "./index-suite.fixture.ts";
import { indexDocuments, indexing } from "./indexing.ts";
import { memoryIndex } from "./memory-index.ts";
import { retriever, retrieveStep } from "./retriever.ts";
import type { VectorStore } from "./search-index.ts";
import { terms } from "./terms.ts";

type Reference = (documents: string[], words: string[]) => number[];
// Depending on who loads it, a CommonJS module with a default export is that, or has it.
const module = okapi as unknown as Reference & { default?: Reference };
const reference: Reference = module.default ?? module;

/** Old releases of Node 22 have an SQLite without it. */
const hasFts5 = await (async () => {
  const db = database(":memory:");
  const found = await db.fetchOne("select 1 from pragma_module_list where name = 'fts5'");
  await db.close();
  return found !== null;
})();

test("BM25 gives the scores of a reference implementation", () => {
  const documents = corpus(120);
  const index = new Bm25<number>();
  for (const [n, { text }] of documents.entries()) index.add(n, terms(text));
  index.add(999, ["gone"]);
  index.remove(999);
  for (const query of queries(25)) {
    const scores = reference(
      documents.map(({ text }) => text),
      terms(query),
    );
    const own = new Map(index.search(terms(query)).map(({ key, score }) => [key, score]));
    for (const [n, score] of scores.entries()) expect(own.get(n) ?? 0).toBeCloseTo(score, 9);
  }
});

describe("an index", () => {
  indexSuite("in memory", () => memoryIndex(), 1);
  const inSqlite = (options: DatabaseIndexOptions) => {
    const db = database(":memory:");
    onTestFinished(() => db.close());
    return databaseIndex(db, options);
  };
  if (hasFts5) {
    // FTS5 has the older inverse document frequency, without the 1: what is in many texts counts less, and in more than half of them nothing.
    indexSuite("in SQLite", (name) => inSqlite({ name }), 0.95);

    test("in english finds other forms of a word", async () => {
      const index = inSqlite({ language: "english" });
      await indexDocuments([{ id: "a", text: "All refunds are paid." }], { index });
      expect(await index.words("refund", { limit: 5 })).toHaveLength(1);
    });
  } else {
    test("in an SQLite without FTS5 is refused", async () => {
      await expect(inSqlite({}).words("refund", { limit: 5 })).rejects.toThrow(/db: is an SQLite without FTS5/);
    });
  }

  test("is refused a name that is no name, and MySQL", () => {
    const db = database(":memory:");
    expect(() => databaseIndex(db, { name: "a; drop table" })).toThrow(/name: must be small letters/);
    expect(() => databaseIndex(database("mysql://u@h/d"))).toThrow(/is MySQL, which has no BM25/);
  });

  test("gives vectors of two models as a mistake, not as a distance", async () => {
    const index = memoryIndex();
    await indexDocuments([{ id: "a", text: "1 0 0" }], { index, embedder: spelled });
    await expect(index.near([1, 0], { limit: 1 })).rejects.toThrow(/has 2 dimensions and the index 3: embed both/);
  });

  test("asks a vector store of yours for the nearest", async () => {
    const kept = new Map<string, readonly { id: string }[]>();
    const vectors: VectorStore = {
      put: async (document, all) => void kept.set(document, all),
      remove: async (ids) => ids.forEach((id) => void kept.delete(id)),
      near: async () => [...kept.values()].flat().map(({ id }) => ({ id, score: 0.5 })),
    };
    const index = memoryIndex({ vectors });
    await indexDocuments(
      [
        { id: "a", text: "1 0 0" },
        { id: "b", text: "0 1 0" },
      ],
      { index, embedder: spelled },
    );
    await indexDocuments([{ id: "b", deleted: true }], { index });
    expect((await index.near([1, 0, 0], { limit: 5 })).map(({ id }) => id)).toEqual(["a#0"]);
  });
});

describe("a search", () => {
  test("by both lists is fused by reciprocal rank", () => {
    const fused = fuse([
      { name: "words", ids: ["a", "b", "c"] },
      { name: "vectors", ids: ["c", "b"], weight: 2 },
    ]);
    expect(fused.map(({ id }) => id)).toEqual(["c", "b", "a"]);
    expect(fused[0]).toEqual({ id: "c", score: 1 / 63 + 2 / 61, ranks: { words: 3, vectors: 1 } });
  });

  test("finds by words what vectors miss and the other way round, and re-ranks what it found", async () => {
    const index = memoryIndex();
    const documents = ["1 0 0 alpha", "0 1 0 beta", "0 0 1 gamma"].map((text) => ({ id: text.slice(6), text }));
    await indexDocuments(documents, { index, embedder: spelled });
    const both = retriever({ index, embedder: spelled });
    const found = await both.search("0 1 0 gamma");
    expect(found.map(({ document, ranks }) => [document, ranks.words !== undefined])[0]).toBeDefined();
    expect((await both.search("gamma 9 1 0", { mode: "words" })).map(({ document }) => document)).toContain("gamma");
    expect((await both.search("9 1 0", { mode: "vectors", limit: 1 })).map(({ document }) => document)).toEqual([
      "alpha",
    ]);
    const backwards = retriever({ index, rerank: (_, passages) => [...passages].reverse() });
    const plain = await retriever({ index }).search("alpha beta");
    expect((await backwards.search("alpha beta")).map(({ id }) => id)).toEqual(plain.map(({ id }) => id).reverse());
    await expect(retriever({ index }).search("x", { mode: "vectors" })).rejects.toThrow(
      /mode: "vectors" needs an embedder/,
    );
    await expect(both.search("x", { limit: 0 })).rejects.toThrow(/limit: must be a whole number/);
  });

  test("in a step is what it was, whatever the index holds by then", async () => {
    const index = memoryIndex();
    await indexDocuments([{ id: "a", text: "red apple" }], { index });
    const search = workflow({ name: "search" }, async (ctx) => {
      const passages = await retrieveStep(ctx, "look", retriever({ index }), "apple");
      await ctx.sleep("1d");
      return passages.map(({ text }) => text);
    });
    const engine = createTestEngine({ workflows: [search], discipline: "crash" });
    onTestFinished(() => engine.stop());
    const run = await engine.run(search, undefined, { id: "r1" });
    await engine.advance("1h");
    await indexDocuments([{ id: "a", deleted: true }], { index });
    await engine.advance("1d");
    expect(await run.result()).toEqual(["red apple"]);
  });
});

test("indexing as a bulk run embeds only what has changed", async () => {
  const index = memoryIndex();
  const embedded: string[] = [];
  const embedder: typeof spelled = {
    id: "test/counting",
    embed: async (texts, call) => {
      embedded.push(...texts);
      return (await spelled.embed?.(texts, call)) as never;
    },
  };
  let pages = Array.from({ length: 30 }, (_, n) => ({ id: `p${n}`, text: `${n} 1 1` }));
  const work = indexing({ name: "pages", index, embedder, source: () => pages, batchSize: 4 });
  const engine = createTestEngine({ workflows: [work.workflow] });
  onTestFinished(() => engine.stop());
  await work.operation(engine, "first").run(undefined);
  expect(embedded).toHaveLength(30);
  pages = pages.map((page) => (page.id === "p7" ? { ...page, text: "7 7 7" } : page));
  const outcomes: string[] = [];
  for await (const batch of work.operation(engine, "second").execute(undefined))
    if (batch.ok) outcomes.push(...batch.results.map(({ outcome }) => outcome));
  expect(embedded.slice(30)).toEqual(["7 7 7"]);
  expect(outcomes.filter((outcome) => outcome === "unchanged")).toHaveLength(29);
});
