import { startPostgres, withoutPostgres } from "../p-server.ts";
import { place } from "../place.ts";
import { loadListeners } from "./listeners.ts";
import { loadStarts } from "./starts.ts";

/**
 * npm run load -- [--seconds 10] [--listeners 1000] [--events 10000] [--only sqlite,postgres,listeners]
 *
 * What the server adds to the engine, and how many it can tell of what happens. Reports; asserts nothing.
 */
const args = process.argv.slice(2);
const option = (name: string, otherwise: string): string => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? otherwise : (args[at + 1] ?? otherwise);
};
const seconds = Number(option("seconds", "10"));
const only = option("only", "sqlite,postgres,listeners").split(",");

if (only.includes("sqlite")) {
  const where = place();
  await loadStarts("SQLite FULL", where.file, seconds);
  where.remove();
}
if (only.includes("postgres")) {
  if (withoutPostgres !== null) console.log(`PostgreSQL: ${withoutPostgres}`);
  else {
    const server = await startPostgres();
    await loadStarts("PostgreSQL", server.url, seconds);
    await server.stop();
  }
}
if (only.includes("listeners")) {
  const where = place();
  await loadListeners(where.file, Number(option("listeners", "1000")), Number(option("events", "10000")));
  where.remove();
}
process.exit(0);
