import { type HoldpointConfig, sqlite } from "holdpoint";
import { placesIn } from "./program/places.ts";
import { staff } from "./program/staff.ts";
import { desk } from "./triage/desk.ts";
import { lazyDesk } from "./triage/lazy-desk.ts";
import { type Ledger, openLedger } from "./triage/ledger.ts";
import { proposerServices } from "./triage/proposal.ts";
import { triage } from "./triage/workflow.ts";

/**
 * One SQLite file, one workflow, and the desk its steps work at: what an engine needs to work on the mail below `root`,
 * and the `holdpoint` command too.
 */
export function configFor(root: string, ledger?: () => Ledger) {
  const places = placesIn(root);
  const clerk = lazyDesk(places, ledger ?? (() => openLedger(places.ledger)));
  return {
    store: sqlite(places.store),
    workflows: [triage],
    services: [desk.provide(clerk), ...proposerServices(process.env)],
    directory: staff(),
  } satisfies HoldpointConfig;
}
