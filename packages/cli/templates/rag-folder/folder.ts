import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { indexDocuments, memoryIndex, retriever } from "@holdpoint/ai";

const folder = join(import.meta.dirname, "handbook");

/** In memory, read again by each process: right for a folder. `databaseIndex` and `indexing` keep a large one in your database. */
const index = memoryIndex();
const ready = indexDocuments(
  readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => ({ id: name, text: readFileSync(join(folder, name), "utf8") })),
  { index, chunk: { by: "headings", size: 200 } },
);
const inFolder = retriever({ index });

/** Searches the folder's passages. */
export const search: typeof inFolder.search = async (query, options) => {
  await ready;
  return inFolder.search(query, options);
};
