import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createEngine, sqlite } from "holdpoint";
import { importPeople } from "./import.ts";
import { makePeople, PeopleTable } from "./people.ts";

// node dist/main.js [--file FILE] [--make COUNT] [--again] [--batch LINES] [--slow MILLISECONDS]

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      file: { type: "string", default: "out/people.csv" },
      make: { type: "string" },
      again: { type: "boolean", default: false },
      batch: { type: "string", default: "250" },
      slow: { type: "string", default: "0" },
    },
  });
  const out = resolve(process.cwd(), "out");
  mkdirSync(out, { recursive: true });
  const file = resolve(process.cwd(), values.file);
  if (values.make) return makePeople(file, Number(values.make));

  const table = new PeopleTable(resolve(out, "people.db"));
  const slow = Number(values.slow);
  const people = importPeople(table, Number(values.batch), async (signal) => {
    if (slow > 0) await delay(slow, undefined, { signal });
  });
  const engine = createEngine({ store: sqlite(resolve(out, "holdpoint.db")), workflows: [people.workflow] });
  await engine.start();
  const operation = people.operation(engine, `import ${file}`, {
    onError: ({ first, items, error }) => console.error(`lines ${first + 1} to ${first + items}: ${error}`),
    onProgress: ({ items }) => console.log(`${items} lines`),
  });
  if (values.again) {
    await operation.shutdown();
    await operation.removeCheckpoint();
  }
  const { state, items, failed, itemsPerSecond } = await operation.run({ file });
  console.log(
    `${state}: ${items} lines, ${failed} of them in batches that failed, ${Math.round(itemsPerSecond)} a second`,
  );
  console.log(JSON.stringify(table.count()));
  await engine.stop();
  table.close();
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
