import type { Engine, HoldRow, RunRow } from "@holdpoint/core";
import { type EventType, eventId, type FoundEvent, type RunFacts } from "./event.ts";
import { isOurs, type Trace, waitsForSomebody } from "./trace.ts";

/** What really happened where a trace says to look. Nothing where the store refused it, or it is gone. */
export async function findEvents(engine: Engine, trace: Trace): Promise<FoundEvent[]> {
  const { store, namespace } = engine;
  switch (trace.type) {
    case "started": {
      const [first] = await store.generations(namespace, trace.run);
      // Another start has made this run when its seed is another.
      if (!first || first.seed !== trace.seed) return [];
      const facts = { status: "ready", outcome: null, waiting: null };
      return [ofRun(first, { type: "run.started", sequence: 1, at: first.createdAt, facts })];
    }
    case "ended":
      return ended(engine, trace);
    case "waits": {
      const row = await store.runByPk(namespace, trace.pk);
      // A wait that is over by now is nobody's business any more.
      if (!row || row.seq !== trace.seq || isOurs(row.workflow) || !waitsForSomebody(row)) return [];
      const { status, waiting } = row;
      const facts = { status, outcome: null, waiting };
      return [ofRun(row, { type: "run.waiting", sequence: trace.seq, at: row.updatedAt, facts })];
    }
    case "hold":
      return ofHold(engine, await store.hold(namespace, trace.hold));
    case "holdOf":
      return ofHold(engine, await store.holdByKey(namespace, trace.pk, trace.key));
    case "holdsOf": {
      const row = await store.runByPk(namespace, trace.pk);
      if (!row) return [];
      const { items } = await store.holds(namespace, { runId: row.id }, { limit: 1000, cursor: null });
      return (await Promise.all(items.map((hold) => ofHold(engine, hold)))).flat();
    }
  }
}

/** Whether the run really ended so is in its journal: the entry that ended it has that hash. */
async function ended(engine: Engine, trace: Extract<Trace, { type: "ended" }>): Promise<FoundEvent[]> {
  const { store, namespace } = engine;
  const row = await store.runByPk(namespace, trace.pk);
  if (!row || isOurs(row.workflow)) return [];
  const [history] = await store.history(namespace, [{ pk: trace.pk, after: trace.seq - 1 }]);
  const entry = history?.entries.find(({ seq }) => seq === trace.seq);
  if (!entry || Buffer.from(entry.hash).toString("hex") !== trace.head) return [];
  const { status, outcome, seq: sequence, at } = trace;
  return [ofRun(row, { type: `run.${status}` as EventType, sequence, at, facts: { status, outcome, waiting: null } })];
}

function ofRun(
  row: RunRow,
  {
    type,
    sequence,
    at,
    facts,
  }: { type: EventType; sequence: number; at: number; facts: Pick<RunFacts, "status" | "outcome" | "waiting"> },
): FoundEvent {
  const { namespace, id, generation, workflow, attributes } = row;
  return {
    event: {
      id: eventId(namespace, type, id, row.pk, sequence),
      type,
      at,
      sequence,
      data: { run: { id, generation, workflow, ...facts } },
    },
    subject: { workflow, attributes, tags: null },
  };
}

/** Every line of a hold's trail: those that were told before have the same ids, and are not told again. */
async function ofHold(engine: Engine, row: HoldRow | null): Promise<FoundEvent[]> {
  if (row === null || isOurs(row.workflow)) return [];
  const { namespace, store } = engine;
  const [{ tags }, run] = await Promise.all([engine.hold(row.id), store.runByPk(namespace, row.runPk)]);
  const { id, runId, workflow, name, severity } = row;
  return (await store.holdEvents(namespace, id)).map(({ n, action, actor, at }) => ({
    event: {
      id: eventId(namespace, "hold", id, n),
      type: typeOf(action),
      at,
      sequence: n,
      data: { hold: { id, run: runId, workflow, name, severity, action, by: actor } },
    },
    subject: { workflow, attributes: run?.attributes ?? {}, tags },
  }));
}

function typeOf(action: string): EventType {
  if (action === "opened" || action === "decided" || action === "expired") return `hold.${action}`;
  return "hold.changed";
}
