import { existsSync } from "node:fs";
import { createEngine } from "holdpoint";
import { configFor } from "./config.ts";
import { listCorpus } from "./corpus/corpus.ts";
import { describeLearning } from "./program/learn.ts";
import { takeLock } from "./program/lock.ts";
import { clear, layOut } from "./program/mail-files.ts";
import { offerHolds } from "./program/offer.ts";
import { type Options, readOptions, usage } from "./program/options.ts";
import { type Places, placesIn } from "./program/places.ts";
import { prepareModel, prepareSplits, sourceKey } from "./program/prepare.ts";
import { openProgress, type Progress } from "./program/progress.ts";
import { describeFiling, describeRate, describeWaiting } from "./program/report.ts";
import { loadState, type ProgramState, saveState } from "./program/state.ts";
import { stay } from "./program/stay.ts";
import { triageAll } from "./program/triage-all.ts";
import { counted } from "./program/wording.ts";
import { exportDecisions, lessonsIn } from "./triage/decisions.ts";
import { readLedger } from "./triage/ledger.ts";
import { homesOf, labelScores, readRegister } from "./triage/register.ts";
import { fileOf } from "./triage/stream.ts";
import { triage } from "./triage/workflow.ts";

// The main job: triage real mail, survive a kill, ask a person. Started by `npm start`; see README.md.

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options.help) {
    console.log(usage);
    return;
  }
  const places = placesIn(process.cwd());
  const release = takeLock(places.lock);
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    await run(places, options, stopping.signal);
    // Without a terminal nobody would end it.
    if (process.stdin.isTTY && process.stdout.isTTY && !stopping.signal.aborted) await stay();
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    release();
  }
}

async function run(places: Places, options: Options, stop: AbortSignal): Promise<void> {
  if (options.fresh || !existsSync(places.store)) clear(places);
  const earlier = loadState(places.state);
  const engine = createEngine(configFor(places.root));
  try {
    const source = sourceKey();
    const reading = openProgress("Reading the corpus");
    const splits = await prepareSplits(places, source, stoppable(reading, stop));
    reading.end();

    let register = await readRegister(engine);
    if (register.runs.some(({ version }) => version < triage.version))
      throw new Error(
        "the mail here was triaged by an older version of this example: npm start -- --fresh starts over",
      );
    exportDecisions(places.decisions, register.decided);
    const lessons = lessonsIn(places.decisions, splits.triage);
    const training = openProgress("Training");
    const { model, cached } = await prepareModel(places, source, splits, lessons, stoppable(training, stop));
    training.end();
    const letters = Object.values(splits).reduce((sum, split) => sum + split.length, 0);
    console.log(
      `${counted(listCorpus().length, "real mail")} (${counted(letters, "letter")} without copies); the classifier ${
        cached ? "was trained earlier on" : `took ${(model.training.ms / 1000).toFixed(1)} s to learn`
      } ${counted(model.training.mails, "mail")}${lessons.length > 0 ? ` and ${counted(lessons.length, "decision")} of yours` : ""}.`,
    );
    if (!cached) await labelScores(engine, register);
    const learnt = earlier && lessons.length > 0 ? await describeLearning(places, earlier.model, model, splits) : null;
    if (learnt) console.log(learnt);

    const wanted = Math.max(options.count ?? 0, earlier?.count ?? 0) || 480;
    const batch = splits.triage.slice(0, wanted);
    if (wanted > batch.length) console.log(`The corpus has ${batch.length} unseen mails: these are triaged.`);
    const state: ProgramState = { model: model.key, count: batch.length, kill: earlier?.kill ?? "due" };
    saveState(places.state, state);
    const { mended } = layOut(places, batch, homesOf(register));
    if (mended > 0)
      console.log(`${counted(mended, "mail")} removed from out/ or cut short since the last start: put back.`);

    const before = readLedger(places.ledger).length;
    const files = batch.map(fileOf);
    const outcome = await triageAll(places, files, state, stop);
    if (outcome === "stopped") throw stop.reason;
    await engine.runUntilIdle(); // reminders and escalations that came due meanwhile
    register = await readRegister(engine);
    const troubled = register.runs.filter(({ status }) => status === "failed" || status === "diverged");
    if (troubled.length > 0) {
      console.error(
        `\n${counted(troubled.length, "mail")} could not be triaged; the first: ${troubled[0]?.note ?? troubled[0]?.status}`,
      );
      process.exitCode = 1;
    }
    const rate = describeRate(readLedger(places.ledger).slice(before));
    console.log(rate === null ? "\nAll mails were triaged by an earlier start.\n" : `\n${rate}\n`);
    console.log(`${describeFiling(register, batch)}\n`);
    console.log(describeWaiting(register));
    await offerHolds(engine, register, stop);
    exportDecisions(places.decisions, (await readRegister(engine)).decided);
  } finally {
    await engine.stop();
  }
}

/** Shows progress, and ends the work at the next report once the person wants to stop. */
function stoppable(progress: Progress, stop: AbortSignal): Progress["show"] {
  return (done, of) => {
    progress.show(done, of);
    if (!stop.aborted) return;
    progress.end();
    throw stop.reason;
  };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof Error && error.name === "AbortError") {
    console.log("Stopped. What was recorded stays; npm start goes on from there.");
    process.exitCode = 130;
    return;
  }
  console.error(`mail-triage: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
