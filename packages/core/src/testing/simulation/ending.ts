import type { RecordedDecision } from "../../hold/answer.ts";
import { decodePayload } from "../../journal/payload.ts";
import { verifyRun } from "../../journal/verify.ts";
import { timeoutKey } from "../../run/mail.ts";
import { isFinished } from "../../store/transitions.ts";
import { type Archive, type ArchivedRun, readArchive } from "./archive.ts";
import { boundedMs, codeOf } from "./interpret.ts";
import { Model } from "./model.ts";
import { countPanel } from "./panel.ts";
import type { People } from "./people.ts";
import { nodesOf, type Program } from "./program.ts";
import { checkRecords } from "./record-errands.ts";
import type { World } from "./world.ts";

/** What must hold when a world has come to rest. */
export async function checkEnding(world: World, people: People): Promise<void> {
  const archive = await readArchive(world);
  const checks = new Ending(world, people, archive);
  let previous: ArchivedRun | null = null;
  for (const run of archive.runs) {
    if (!isFinished(run.row.status)) {
      const { status, waiting, note } = run.row;
      world.violation(`${run.name} never ended: ${status}${waiting ? `, waits for ${waiting}` : ""} ${note ?? ""}`);
    }
    checks.chain(run, previous);
    if (run.row.salt !== null) {
      checks.journal(run);
      checks.holds(run);
      if (isFinished(run.row.status)) checks.outcome(run);
    }
    previous = run;
  }
  for (const id of new Set(archive.runs.map((run) => run.row.id))) checks.signals(id);
  checks.decisions();
  checks.panels();
  await checkRecords(world);
}

class Ending {
  private readonly world: World;
  private readonly people: People;
  private readonly archive: Archive;

  constructor(world: World, people: People, archive: Archive) {
    this.world = world;
    this.people = people;
    this.archive = archive;
  }

  chain(run: ArchivedRun, previous: ArchivedRun | null): void {
    const previousHead = previous?.row.id === run.row.id ? previous.row.head : null;
    const { row, stored } = run;
    const { problems } = verifyRun({ run: row, ...stored, previousHead, chainKey: undefined, others: [] });
    for (const problem of problems) this.world.violation(`chain of ${run.name}: ${JSON.stringify(problem)}`);
  }

  /** One result per key, and no mail delivered twice. */
  journal(run: ArchivedRun): void {
    const entries = new Set<string>();
    for (const { key, phase } of run.entries) {
      const name = `${key} ${phase}`;
      if (entries.has(name)) this.world.violation(`${run.name} has two entries ${name}`);
      entries.add(name);
    }
    const numbers = [...run.entries.map((entry) => entry.seq), ...run.mail.map((mail) => mail.n)].sort((a, b) => a - b);
    if (numbers.some((n, i) => n !== i + 1) || numbers.length !== run.row.seq)
      this.world.violation(`${run.name}: its numbers are not 1 to ${run.row.seq}: ${numbers.join(" ")}`);
    const answers = new Map<string, number>();
    for (const { kind, key, dedupe } of run.mail) {
      if (kind !== "decision" && kind !== "holdExpired" && kind !== "child") continue;
      const name = `${kind} ${key} ${dedupe}`;
      answers.set(name, (answers.get(name) ?? 0) + 1);
    }
    for (const [name, count] of answers) if (count > 1) this.world.violation(`${run.name} got ${name} ${count} times`);
  }

  /** Every hold is closed, and its audit trail says how. */
  holds(run: ArchivedRun): void {
    const expected = { decided: ["decided", "accepted"], expired: ["expired"], withdrawn: ["withdrawn"] };
    for (const { row, actions } of run.holds) {
      const problem = (text: string): void => this.world.violation(`hold ${row.name} of ${run.name}: ${text}`);
      if (actions[0] !== "opened") problem(`its trail begins with ${actions[0] ?? "nothing"}`);
      if (row.status === "superseded") {
        this.world.coverage.met("loser's hold decided");
        continue;
      }
      if (row.status === "open" || row.status === "answered") {
        if (isFinished(run.row.status)) problem(`is ${row.status} although its run has ended`);
        continue;
      }
      if (!expected[row.status].some((action) => actions.includes(action)))
        problem(`is ${row.status}, its trail says ${actions.join(", ")}`);
    }
  }

  /** The run ended as its program must, given what it observed; and what it observed is what happened. */
  outcome(run: ArchivedRun): void {
    const { row, program } = run;
    if (!program) return;
    const found = this.lastObservations(run);
    const cancels = run.mail.some((mail) => mail.kind === "cancel") || run.forced;
    const timedOut = program.workflow === "bounded" && row.status === "failed" && codeOf(run.output) === "TIMEOUT";
    if (!found) {
      if (row.status === "completed" && program.body.length > 0)
        this.world.violation(`${run.name} completed unobserved`);
      return;
    }
    const model = new Model({
      program,
      runId: row.id,
      generation: row.generation,
      observations: found.observations,
      cancelled: cancels,
      // One that was ended with force may have been on its way out already.
      timedOut: timedOut || (run.forced && ranOutOfTime(run)),
      effect: (token) => this.world.witness.effect(token),
      isRecorded: (effect, value) =>
        run.entries.some((entry) => entry.key === effect.key && entry.outcome === "ok" && entry.value === value),
      hold: (key) => run.holdByKey(key),
      closedByDeadline: (name, how) =>
        run.holds.some(
          ({ row: hold }) =>
            hold.name === name && hold.decidedBy === null && (hold.status === how || hold.status === "superseded"),
        ),
      signalled: (name, n) =>
        this.archive
          .generationsOf(row.id)
          .some((one) =>
            one.mail.some((mail) => mail.kind === "signal" && mail.key === name && numberOf(mail.value) === n),
          ),
      children: (wanted) => this.archive.childrenOf(run, wanted),
      retained: this.world.retained,
    });
    const expected = model.check();
    for (const problem of model.problems) this.world.violation(problem);
    this.compare(run, program, expected, { cancels, timedOut });
    this.undone(run, program, found.observations.outcomes);
  }

  private compare(
    run: ArchivedRun,
    program: Program,
    expected: { ok: unknown[] } | { error: string } | undefined,
    { cancels, timedOut }: { cancels: boolean; timedOut: boolean },
  ): void {
    const { row, output } = run;
    const problem = (text: string): void => this.world.violation(`${run.name} ended ${row.status}: ${text}`);
    switch (row.status) {
      case "completed":
        if (expected === undefined || "error" in expected) return problem(`its code says ${JSON.stringify(expected)}`);
        if (row.generation < program.generations) {
          if (row.outcome !== "continued") problem("it had generations to go");
        } else if (JSON.stringify(output) !== JSON.stringify({ values: expected.ok })) {
          problem(`with ${JSON.stringify(output)} instead of ${JSON.stringify(expected.ok)}`);
        }
        return;
      case "failed":
        if (timedOut) return;
        // A shielded part of a branch that lost goes on, and nobody can await it.
        if (codeOf(run.output) === "UNAWAITED_STEP" && /race|any|all|map/.test(row.note ?? "")) return;
        if (expected === undefined || "ok" in expected)
          problem(`its code says ${JSON.stringify(expected)}; ${row.note}`);
        return;
      case "cancelled":
        if (!cancels) problem("nobody cancelled it");
    }
  }

  /** What a failed or cancelled run had done is undone once; what a completed one returned is not. */
  private undone(
    run: ArchivedRun,
    program: Program,
    outcomes: ReadonlyMap<string, { ok: unknown } | { error: string }>,
  ) {
    const undoable = new Set<string>();
    for (const node of nodesOf(program.body)) if (node.kind === "step" && node.undo) undoable.add(node.name);
    if (undoable.size === 0 || run.forced) return;
    const undo = new Map<string, number>();
    for (const entry of run.entries) {
      const token = typeof entry.value === "string" && entry.outcome === "ok" ? firstWord(entry.value) : "";
      const effect = this.world.witness.effect(token);
      if (effect?.undoes) undo.set(effect.undoes, (undo.get(effect.undoes) ?? 0) + 1);
    }
    for (const [token, count] of undo)
      if (count > 1) this.world.violation(`${run.name}: ${token} was undone ${count} times`);
    if (run.row.status === "completed") {
      const kept = JSON.stringify(run.output ?? null);
      for (const token of undo.keys())
        if (kept.includes(`"${token}"`) && this.world.witness.effect(token)?.cache === null)
          this.world.violation(`${run.name}: returned ${token} was undone`);
      return;
    }
    if (run.notUndone) return;
    for (const [path, outcome] of outcomes) {
      const name = path.split(/[./]/).at(-1) ?? "";
      if (!undoable.has(name) || !("ok" in outcome)) continue;
      const token = firstWord(String(outcome.ok));
      const effect = this.world.witness.effect(token);
      if (
        effect?.runId === run.row.id &&
        effect.generation === run.row.generation &&
        effect.node === name &&
        !undo.has(token) &&
        !run.keeps.some((kept) => path.includes(`${kept}/`))
      )
        this.world.violation(`${run.name} ended ${run.row.status}, and ${token} of ${path} was not undone`);
    }
  }

  /** Messages of one name are seen in the order in which they were delivered, none twice and none left out. */
  signals(id: string): void {
    if (this.archive.generationsOf(id).some((run) => this.world.roundOf(run.row) > 0)) return;
    const generations = this.archive.generationsOf(id);
    const names = new Set(generations.flatMap((run) => run.mail.filter((m) => m.kind === "signal").map((m) => m.key)));
    if (generations.some((run) => run.row.salt === null)) return;
    for (const name of names) {
      const delivered: number[] = [];
      for (const run of generations) {
        for (const mail of run.mail) {
          const n = numberOf(mail.value);
          if (mail.kind === "signal" && mail.key === name && !delivered.includes(n)) delivered.push(n);
        }
      }
      const seen: number[] = [];
      for (const run of generations) {
        for (let attempt = 1; attempt <= 2; attempt++) {
          const { lines = [] } = this.world.witness.observations(id, run.row.generation, 0, attempt) ?? {};
          for (const line of lines) {
            const match = /^([^=]*?)([A-Za-z]+\d+)=\{"ok":\{"n":(\d+)\}\}$/.exec(line);
            if (match?.[2] === name) seen.push(Number(match[3]));
          }
        }
      }
      const wrong = seen.some((n, i) => n !== delivered[i]);
      if (wrong)
        this.world.violation(`${id}: messages "${name}" ${delivered.join(" ")} were seen as ${seen.join(" ")}`);
    }
  }

  /** Whoever was told that a decision was taken finds it as the decision, or superseded. */
  decisions(): void {
    const taken = new Map<string, string>();
    for (const { holdId, by, answer } of this.people.acknowledged) {
      const found = this.archive.holds.get(holdId);
      if (!found) continue;
      const { row } = found;
      const decision = row.decision && row.decision.codec !== "erased" ? decodePayload(row.decision) : null;
      const recorded = decision as RecordedDecision | null;
      const said = `${by} says ${JSON.stringify(answer)}`;
      if (row.decidedBy !== by || (recorded !== null && JSON.stringify(recorded.value) !== JSON.stringify(answer)))
        this.world.violation(`${row.name}: "${said}" was acknowledged and is lost: ${row.status} by ${row.decidedBy}`);
      const other = taken.get(holdId);
      if (other !== undefined && other !== said)
        this.world.violation(`${row.name} was decided twice: "${other}", "${said}"`);
      taken.set(holdId, said);
    }
    for (const { holdId, by, winner } of this.people.refused) {
      const row = this.archive.holds.get(holdId)?.row;
      if (row && row.decidedBy !== winner)
        this.world.violation(`${row.name}: ${by} was told that ${String(winner)} decided, it was ${row.decidedBy}`);
    }
  }

  /** Where several must approve: what it came to is what their votes add up to, and no vote that was acknowledged is lost. */
  panels(): void {
    const { world, archive } = this;
    for (const { row, trail } of archive.holds.values()) {
      const panel = this.people.panelOf(row.name);
      if (row.origin !== "author" || !panel) continue;
      const { problem, vetoed, escalated } = countPanel(row, trail, panel);
      if (problem !== null) world.violation(`${row.name} (${JSON.stringify(panel)}): ${problem}`);
      if (vetoed) world.coverage.met("veto");
      if (escalated) world.coverage.met("vote after an escalation");
    }
    for (const { holdId, by } of this.people.assembly.acknowledged) {
      const hold = archive.holds.get(holdId);
      if (hold && !hold.trail.some(({ action, actor }) => action === "voted" && actor === by))
        world.violation(`${hold.row.name}: the vote of ${by} was acknowledged and is lost`);
    }
  }

  private lastObservations(run: ArchivedRun) {
    for (let round = this.world.roundOf(run.row); round >= 0; round--) {
      for (let attempt = 2; attempt >= 1; attempt--) {
        const observations = this.world.witness.observations(run.row.id, run.row.generation, round, attempt);
        if (observations) return { observations, round, attempt };
      }
    }
    return null;
  }
}

/** Its own timeout is on record: as an entry, or as the tick in which it was due. */
function ranOutOfTime({ program, entries, mail }: ArchivedRun): boolean {
  if (program?.workflow !== "bounded") return false;
  const due = (entries[0]?.endedAt ?? 0) + boundedMs;
  return entries.some(({ key }) => key === timeoutKey) || mail.some(({ kind, at }) => kind === "tick" && at >= due);
}

const firstWord = (text: string): string => text.split(" ")[0] ?? "";
const numberOf = (value: unknown): number => (value as { n?: number } | null)?.n ?? -1;
