import { createEngine } from "@holdpoint/core";
import { sqlite } from "@holdpoint/sql";
import { z } from "zod";
import { settleAccount } from "../account.ts";
import { Ledger } from "../ledger.ts";

/** Prints the account, and what each run has come to, where only this process can reach the database. */
const config = z.object({ database: z.string(), ledger: z.string() }).parse(JSON.parse(process.argv[2] ?? ""));
const engine = createEngine({ store: sqlite(config.database), workflows: [] });
const { items } = await engine.runs({}, { limit: 1000 });
const account = await settleAccount(engine, new Ledger(config.ledger));
const statuses = Object.fromEntries(items.map(({ id, status }) => [id, status]));
process.stdout.write(`${JSON.stringify({ account, statuses })}\n`);
await engine.stop();
