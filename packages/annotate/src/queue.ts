import { createHash } from "node:crypto";
import {
  type Engine,
  type Hold,
  InvalidStateError,
  NotFoundError,
  type Page,
  type PageOf,
  type Run,
  ValidationError,
} from "@holdpoint/core";
import type { Label } from "./agreement.ts";
import type { AnnotatedItem, Annotation } from "./annotation.ts";
import { type AnnotationReport, reportOf } from "./report.ts";
import { isSampled } from "./sampling.ts";

/** What became of an item that was offered. */
export interface Offered {
  /** The item's. */
  id: string;
  /** Its run; null when the sample left it out. */
  runId: string | null;
}

/** How items are written for a training. */
export interface JsonLinesOptions {
  /** Whether annotators stand there by name. Default false: by a pseudonym that is the same in every line of the queue. */
  names?: boolean;
}

/**
 * The items of one annotation on an engine: offers them, reads what is done. Any number of processes may do so at once.
 *
 * @example
 * import { AnnotationQueue, annotation } from "@holdpoint/annotate";
 *
 * const mails = annotation({
 *   name: "mail-labels",
 *   form: z.object({ label: z.enum(["spam", "ham"]) }),
 *   label: ({ label }) => label,
 *   show: (mail: { subject: string }) => ({ title: "Spam?", context: mail }),
 *   annotators: { groups: ["annotators"], count: 2 },
 *   adjudicators: { groups: ["leads"] },
 * });
 * const queue = new AnnotationQueue(engine, mails); // the engine has mails.workflow among its workflows
 * await queue.offer("mail-17", { subject: "free money" }, { predicted: "spam" });
 * for (const hold of (await queue.inbox("ana")).items) {
 *   await engine.decide(hold, { label: "spam" }, { by: "ana" });
 * }
 * for await (const line of queue.jsonLines()) console.log(line);
 */
export class AnnotationQueue<Item, Answer> {
  private readonly engine: Engine;
  private readonly annotation: Annotation<Item, Answer>;

  constructor(engine: Engine, annotation: Annotation<Item, Answer>) {
    this.engine = engine;
    this.annotation = annotation;
  }

  /**
   * Offers an item: the sample takes it or leaves it. The same id again is the same item, in whatever process; another item under it is refused.
   *
   * @throws RunConflictError another item has this id
   */
  async offer(id: string, item: Item, options: { predicted?: Label; by?: string } = {}): Promise<Offered> {
    const { name, sample, workflow } = this.annotation;
    if (typeof id !== "string" || id === "")
      throw new ValidationError(`annotation "${name}"`, [{ path: "id", message: "must name the item" }]);
    if (!isSampled(id, sample)) return { id, runId: null };
    const { predicted = null, by } = options;
    const run = await this.engine.run(
      workflow,
      { id, item, predicted },
      { id: `${name}:${id}`, ...(by === undefined ? {} : { by }) },
    );
    return { id, runId: run.id };
  }

  /** What this person may annotate, adjudicate or check now, newest first; pages as in `engine.holds.inbox`. */
  inbox(person: string, page: Partial<Page> = {}): Promise<PageOf<Hold>> {
    return this.engine.holds.inbox(person, { workflow: this.annotation.name }, page);
  }

  /** Every item that is done, newest first. */
  async *items(): AsyncGenerator<AnnotatedItem<Item, Answer>> {
    for await (const run of doneRuns(this.engine, this.annotation.name)) {
      yield await (await this.engine.get<AnnotatedItem<Item, Answer>>(run.id)).result();
    }
  }

  /** How far it is, how well annotators agree, and how often the model was right. Reads every item that is done. */
  report(): Promise<AnnotationReport> {
    return annotationReport(this.engine, this.annotation.name);
  }

  /** What is done as JSON Lines, one item each, for a training to read. */
  jsonLines(options: JsonLinesOptions = {}): AsyncGenerator<string> {
    return annotationLines(this.engine, this.annotation.name, options);
  }
}

const pageSize = 200;

async function* doneRuns(engine: Engine, name: string): AsyncGenerator<Run> {
  let cursor: string | null = null;
  do {
    const page: PageOf<Run> = await engine.runs({ workflow: name, status: ["completed"] }, { limit: pageSize, cursor });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== null);
}

async function* doneItems(engine: Engine, name: string): AsyncGenerator<AnnotatedItem> {
  await requireQueue(engine, name);
  for await (const run of doneRuns(engine, name)) yield await doneItem(engine, name, run.id);
}

async function doneItem(engine: Engine, name: string, id: string): Promise<AnnotatedItem> {
  const done = await (await engine.get<AnnotatedItem>(id)).result();
  if (Array.isArray(done?.annotations)) return done;
  throw new InvalidStateError(`"${name}" is no annotation queue: run "${id}" gave no annotations`);
}

/** A queue is known when the engine has its workflow, or when something was offered to it at some time. */
async function requireQueue(engine: Engine, name: string): Promise<void> {
  if (engine.workflows().some((one) => one.name === name)) return;
  const { items } = await engine.runs({ workflow: name }, { limit: 1 });
  if (items.length === 0) throw new NotFoundError("annotation queue", name, "nothing was ever offered to it");
}

/**
 * The report of the queue with this name, where its definition is not at hand.
 *
 * @throws NotFoundError nothing was ever offered to a queue of this name
 * @throws InvalidStateError it is the name of another workflow
 */
export async function annotationReport(engine: Engine, name: string): Promise<AnnotationReport> {
  const items: AnnotatedItem[] = [];
  // The item itself may be large, and counts for nothing here.
  for await (const done of doneItems(engine, name)) items.push({ ...done, item: null, answer: null });
  let waiting = 0;
  let cursor: string | null = null;
  do {
    const page: PageOf<Hold> = await engine.holds({ workflow: name, status: ["open"] }, { limit: 1000, cursor });
    waiting += page.items.length;
    cursor = page.cursor;
  } while (cursor !== null);
  return reportOf(items, waiting);
}

/** What the queue with this name has done, as JSON Lines, where its definition is not at hand. Throws as `annotationReport` does. */
export async function* annotationLines(
  engine: Engine,
  name: string,
  { names = false }: JsonLinesOptions = {},
): AsyncGenerator<string> {
  for await (const done of doneItems(engine, name)) yield JSON.stringify(trainingItem(name, done, names));
}

/** An item as a training reads it. */
export interface TrainingItem {
  /** As it was offered. */
  id: string;
  /** What was looked at. */
  item: unknown;
  /** The label that counts. */
  label: Label;
  /** The answer that counts. */
  answer: unknown;
  /** Where it comes from. */
  source: AnnotatedItem["source"];
  /** Whether the annotators agreed. */
  agreed: boolean;
  /** What a model said of it. */
  predicted: Label;
  /** What each annotator said; by a pseudonym unless names were asked for. */
  annotators: { by: string; label: Label; answer: unknown }[];
}

function trainingItem(name: string, done: AnnotatedItem, names: boolean): TrainingItem {
  const { id, item, predicted, label, answer, source, agreed, annotations } = done;
  const annotators = annotations.map((one) => ({
    by: names ? one.by : pseudonym(name, one.by),
    label: one.label,
    answer: one.answer,
  }));
  return { id, item, label, answer, source, agreed, predicted, annotators };
}

/**
 * A page of what the queue with this name has done, newest first, as a training reads it. Throws as `annotationReport` does.
 *
 * @example
 * const { items, cursor } = await trainingItems(engine, "mail-labels", { limit: 100 });
 */
export async function trainingItems(
  engine: Engine,
  name: string,
  page: Partial<Page> = {},
  { names = false }: JsonLinesOptions = {},
): Promise<PageOf<TrainingItem>> {
  await requireQueue(engine, name);
  const runs = await engine.runs({ workflow: name, status: ["completed"] }, page);
  const items: TrainingItem[] = [];
  for (const run of runs.items) items.push(trainingItem(name, await doneItem(engine, name, run.id), names));
  return { items, cursor: runs.cursor };
}

/** The same for the same person in one queue; in another one it is another. No secret: whoever knows the names can try them. */
function pseudonym(name: string, by: string): string {
  return `a-${createHash("sha256").update(`${name}\0${by}`).digest("hex").slice(0, 10)}`;
}
