import {
  type InferOut,
  type LadderStep,
  type People,
  type StandardSchemaV1,
  ValidationError,
  type Workflow,
  type WorkflowContext,
  workflow,
} from "@holdpoint/core";
import type { Label } from "./agreement.ts";
import { isSampled } from "./sampling.ts";

/** An item to be annotated. */
export interface NewItem<Item = unknown> {
  /** Names it within its queue: the same one again is not asked again. */
  id: string;
  /** What is to be looked at. */
  item: Item;
  /** What a model said of it, in the words of `label`; null where none did. Never shown to annotators. */
  predicted: Label;
}

/** What one annotator said of an item. */
export interface Annotated<Answer> {
  /** Who. */
  by: string;
  /** What is compared. */
  label: Label;
  /** The whole answer. */
  answer: Answer;
  /** What they said about it. */
  note: string | null;
  /** When, in milliseconds since 1970. */
  at: number;
}

/** An item that is done. */
export interface AnnotatedItem<Item = unknown, Answer = unknown> extends NewItem<Item> {
  /** The label that counts. */
  label: Label;
  /** The answer that counts. */
  answer: Answer;
  /** Where it comes from: all annotators said so, an adjudicator did, or a quality check corrected it. */
  source: "agreement" | "adjudication" | "check";
  /** Whether the annotators agreed. */
  agreed: boolean;
  /** What each annotator said, without having seen what the others said. */
  annotations: Annotated<Answer>[];
  /** Who decided between them; null where they agreed. */
  adjudication: Annotated<Answer> | null;
  /** What the quality check said; null where there was none. */
  check: Annotated<Answer> | null;
}

/** How items of a queue are annotated. */
export interface AnnotationOptions<Item, S extends StandardSchemaV1> {
  /** Of the queue; also the name of its workflow. */
  name: string;
  /** Raise it when live items would notice a change. Default 1. */
  version?: number;
  /** What annotators answer: any Standard Schema that also says its JSON Schema (zod 4, ArkType, …). */
  form: S;
  /** What of an answer is compared and trained on: `({ label }) => label`. */
  label: (answer: InferOut<S>) => Label;
  /** What annotators are shown. Pure: of the same item always the same. */
  show: (item: Item) => { title: string; context?: unknown; links?: { title: string; url: string }[] };
  /** Who annotates, and how many of them each item. Two or more work independently. */
  annotators: People & { count: number };
  /** Who decides where they disagree. */
  adjudicators: People;
  /** A share of what they agreed on is annotated once more by somebody else, who is told nothing of it. */
  check?: { rate: number; seed?: string; reviewers: People };
  /** Only this share of what is offered to the queue is taken. Default: all. */
  sample?: { rate: number; seed?: string };
  /** When annotators are reminded, and whom else the item goes to. */
  deadline?: readonly LadderStep[];
}

/** A way of annotating items. Made by `annotation()`; put its `workflow` among the engine's. */
export interface Annotation<Item = unknown, Answer = unknown> {
  /** As in its options. */
  readonly name: string;
  /** Executes one item each. */
  readonly workflow: Workflow<NewItem<Item>, AnnotatedItem<Item, Answer>>;
  /** What share of offered items is taken, and by which seed. */
  readonly sample: { rate: number; seed: string };
}

/** An answer with who gave it. */
interface Given<Answer> {
  value: Answer;
  by: string | null;
  note: string | null;
  at: Date;
}

/**
 * Defines how items are annotated: by `count` people independently, adjudicated where they disagree, checked again by chance. Each item is
 * a durable run that asks by holds, so annotators use the inbox, the command and the channels that everybody uses.
 *
 * @example
 * import { annotation } from "@holdpoint/annotate";
 *
 * const mails = annotation({
 *   name: "mail-labels",
 *   form: z.object({ label: z.enum(["spam", "ham"]), why: z.string().optional() }),
 *   label: ({ label }) => label,
 *   show: (mail: { subject: string }) => ({ title: "Spam?", context: mail }),
 *   annotators: { groups: ["annotators"], count: 2 },
 *   adjudicators: { groups: ["leads"] },
 *   check: { rate: 0.05, reviewers: { groups: ["leads"] } },
 * });
 *
 * @throws ValidationError a rate is not from 0 to 1, or the count no whole number from 1
 */
export function annotation<Item, S extends StandardSchemaV1>(
  options: AnnotationOptions<Item, S>,
): Annotation<Item, InferOut<S>> {
  checkOptions(options);
  const { name, version = 1, sample } = options;
  return {
    name,
    sample: { rate: sample?.rate ?? 1, seed: sample?.seed ?? name },
    workflow: workflow({ name, version, input: newItem<Item>() }, (ctx, item) => annotate(ctx, item, options)),
  };
}

/** What starts a run: an item with a name. What the item is like is the application's. */
function newItem<Item>(): StandardSchemaV1<NewItem<Item>, NewItem<Item>> {
  return {
    "~standard": {
      version: 1,
      vendor: "holdpoint",
      validate: (value) => {
        const { id, item, predicted = null } = { ...(value as Partial<NewItem<Item>> | null) };
        if (typeof id !== "string" || id === "") return { issues: [{ path: ["id"], message: "must name the item" }] };
        if (item === undefined) return { issues: [{ path: ["item"], message: "is missing" }] };
        if (typeof predicted === "object" && predicted !== null)
          return {
            issues: [{ path: ["predicted"], message: "must be a label: a text, a number, true, false or null" }],
          };
        return { value: { id, item, predicted } };
      },
    },
  };
}

async function annotate<Item, S extends StandardSchemaV1>(
  ctx: WorkflowContext,
  given: NewItem<Item>,
  options: AnnotationOptions<Item, S>,
): Promise<AnnotatedItem<Item, InferOut<S>>> {
  type Answer = InferOut<S>;
  const { label, annotators, adjudicators, check } = options;
  const said = ({ value, by, note, at }: Given<Answer>): Annotated<Answer> => {
    return { by: by ?? "", label: label(value), answer: value, note, at: at.getTime() };
  };
  const { count, ...people } = annotators;
  const answered = await ctx.hold("annotate", {
    ...question(options, given.item, "annotate"),
    reviewers: { ...people, independent: count },
  });
  const annotations = (answered.answers ?? [answered]).map(said);
  const [first] = annotations;
  const labels = new Set(annotations.map((one) => one.label));
  const agreed = labels.size === 1;
  const done = annotations.map(({ by }) => by);
  const result = { ...given, agreed, annotations, adjudication: null, check: null };
  if (!agreed || !first) {
    ctx.set({ annotation: "disputed" });
    const shown = options.show(given.item);
    // What was said, not by whom: names decide nothing.
    const answers = annotations.map(({ answer, note }) => ({ answer, note }));
    const decided = await ctx.hold("adjudicate", {
      ...question(options, given.item, "adjudicate"),
      title: `${shown.title} (annotators disagree)`,
      context: { item: shown.context ?? null, answers },
      reviewers: { ...adjudicators, exclude: done },
    });
    const adjudication = said(decided);
    ctx.set({ annotation: "done", agreed: false });
    const { answer } = adjudication;
    return { ...result, adjudication, source: "adjudication", label: adjudication.label, answer };
  }
  const agreement = { ...result, source: "agreement", label: first.label, answer: first.answer } as const;
  if (!check || !isSampled(given.id, { rate: check.rate, seed: check.seed ?? `${options.name} check` })) {
    ctx.set({ annotation: "done", agreed: true });
    return agreement;
  }
  ctx.set({ annotation: "checked" });
  // The checker sees what annotators saw and nothing else: whoever is shown an answer confirms it.
  const looked = await ctx.hold("check", {
    ...question(options, given.item, "check"),
    reviewers: { ...check.reviewers, exclude: done },
  });
  const checked = said(looked);
  ctx.set({ annotation: "done", agreed: true });
  if (checked.label === first.label) return { ...agreement, check: checked };
  return { ...agreement, check: checked, source: "check", label: checked.label, answer: checked.answer };
}

function question<Item, S extends StandardSchemaV1>(
  { form, show, deadline, name }: AnnotationOptions<Item, S>,
  item: Item,
  stage: string,
) {
  return { ...show(item), form, tags: [name, stage], ...(deadline ? { deadline } : {}) };
}

function checkOptions({
  name,
  annotators,
  check,
  sample,
}: Pick<AnnotationOptions<unknown, StandardSchemaV1>, "name" | "annotators" | "check" | "sample">): void {
  const issues = [];
  if (!Number.isInteger(annotators.count) || annotators.count < 1)
    issues.push({ path: "annotators.count", message: "must be a whole number from 1" });
  for (const [path, rate] of [["check.rate", check?.rate] as const, ["sample.rate", sample?.rate] as const]) {
    if (rate !== undefined && !(rate >= 0 && rate <= 1))
      issues.push({ path, message: "must be a number from 0 (none) to 1 (all)" });
  }
  if (issues.length > 0) throw new ValidationError(`annotation "${name}"`, issues);
}
