import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createEngine, sqlite } from "holdpoint";
import { Suppliers, suppliers } from "./suppliers.ts";
import { bookTrip } from "./trip.ts";

// node dist/main.js TRAVELLER CITY [--without SUPPLIER] [--stuck SUPPLIER]     books a trip
// node dist/main.js --done RUN                                                says that it was cancelled by hand

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      without: { type: "string", multiple: true },
      stuck: { type: "string", multiple: true },
      done: { type: "string" },
    },
  });
  const out = resolve(process.cwd(), "out");
  const desk = new Suppliers(out, { without: values.without ?? [], stuck: values.stuck ?? [] });
  const engine = createEngine({
    store: sqlite(resolve(out, "holdpoint.db")),
    workflows: [bookTrip],
    services: [suppliers.provide(desk)],
  });
  const [traveller, city] = positionals;
  if (values.done) {
    const { items } = await engine.holds({ status: ["open"], runId: values.done });
    if (items.length === 0) throw new Error(`nothing waits in "${values.done}"`);
    for (const hold of items) await engine.decide(hold, { approved: true }, { by: process.env.USER ?? "somebody" });
  } else if (traveller && city) {
    await engine.run(bookTrip, { traveller, city }, { id: `${traveller}-${city}` });
  }
  await engine.runUntilIdle();
  for (const run of (await engine.runs({ workflow: "book-trip" })).items) {
    const { outcome, status, note } = run;
    console.log(`${run.id.padEnd(16)} ${outcome ?? status}${note === null ? "" : `: ${note}`}`);
  }
  for (const hold of (await engine.holds({ status: ["open"] })).items)
    console.log(`waits: ${hold.runId}: ${hold.title}`);
  for (const supplier of ["flight", "hotel", "car"]) {
    console.log(`${supplier.padEnd(7)} ${(await desk.booked(supplier)).join(", ") || "-"}`);
  }
  await engine.stop();
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
