import { indexDocuments, memoryIndex, retriever } from "@holdpoint/ai";

/** Stands for your documents: `databaseIndex` and `indexing` keep many of them in your database. */
const index = memoryIndex();
await indexDocuments(
  [
    { id: "returns", text: "Goods may be returned within thirty days." },
    { id: "tea", text: "Tea is kept dry, and made at four." },
  ],
  { index },
);

export const handbook = retriever({ index });
