import { sqlite } from "holdpoint";
import { readLedger } from "../triage/ledger.ts";
import { openMailroom } from "../triage/mailroom.ts";
import { runOf } from "../triage/stream.ts";
import type { RunRecord } from "../witness/account.ts";
import { accountFor } from "../witness/account.ts";
import { loadAtKill, saveAtKill } from "../witness/at-kill.ts";
import { Flights } from "../witness/flights.ts";
import { readRecords } from "../witness/records.ts";
import type { Places } from "./places.ts";
import { openProgress } from "./progress.ts";
import { describeAccount } from "./report.ts";
import { type ProgramState, saveState } from "./state.ts";
import { superviseWorker } from "./supervisor.ts";
import { counted } from "./wording.ts";

/**
 * Has workers triage the files until nothing is ready, kills one of them on the way (once in the life of a store), and
 * says what that cost.
 */
export async function triageAll(
  places: Places,
  files: readonly string[],
  state: ProgramState,
  stop: AbortSignal,
): Promise<"done" | "stopped"> {
  for (let goingOn = false; ; goingOn = true) {
    const progress = openProgress("Triage");
    const ending = await superviseWorker(places, files, {
      kill: state.kill === "due",
      onProgress: (flights, of) => progress.show(flights.settled, of, `${flights.runsInFlight} in flight`),
      stop,
    });
    progress.end();
    if (ending.how === "stopped") return "stopped";
    if (ending.how === "idle") break;

    const ledger = readLedger(places.ledger);
    saveAtKill(places.atKill, { ledger, records: await recordsIn(places) });
    state.kill = "done";
    saveState(places.state, state);
    const { runsInFlight } = new Flights(ledger);
    console.log(
      `SIGKILL: worker ${ending.pid} was killed at work, with ${counted(runsInFlight, "run")} in flight. Starting another.`,
    );
    if (goingOn) break;
  }
  if (state.kill === "done") await account(places, files, state);
  return "done";
}

async function account(places: Places, files: readonly string[], state: ProgramState): Promise<void> {
  const ledger = readLedger(places.ledger);
  const atKill = loadAtKill(places.atKill, ledger);
  if (!atKill) return;
  const expected = new Map(files.map((file) => [runOf(file), file]));
  const found = accountFor(atKill, ledger, await recordsIn(places), expected, openMailroom(places).find);
  console.log(`\n${describeAccount(found)}`);
  if (found.lost.length + found.twice.length > 0) process.exitCode = 1;
  state.kill = "accounted";
  saveState(places.state, state);
}

/** Reads the store beside whoever works on it. */
async function recordsIn(places: Places): Promise<RunRecord[]> {
  const store = sqlite(places.store);
  await store.open();
  try {
    return await readRecords(store);
  } finally {
    await store.close();
  }
}
