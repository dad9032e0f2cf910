import { z } from "zod";
import { json, word } from "./text.ts";

/** What is compared and trained on. */
const label = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const kappa = z.object({
  kappa: z.number().nullable().describe("1: always; 0: as often as by chance; null: all said the same of everything"),
  observed: z.number(),
  expected: z.number(),
  items: z.int(),
});

/** A queue in a list. */
export const AnnotationQueueSummary = z
  .object({
    queue: z.string(),
    workflow: z.string(),
    sample: z.number().describe("the share of offered items that is taken"),
  })
  .meta({ id: "AnnotationQueue" });

/** How a queue stands, and how good its labels are. */
export const AnnotationReport = z
  .object({
    done: z.int(),
    waiting: z.int().describe("holds that wait for somebody"),
    disputed: z.int().describe("of those done, how many annotators disagreed about"),
    checked: z.int(),
    corrected: z.int(),
    labels: z.array(z.object({ label, items: z.int() })),
    agreement: z.object({
      fleiss: kappa.nullable().describe("Fleiss' kappa"),
      krippendorff: z.number().nullable().describe("Krippendorff's alpha, nominal"),
    }),
    predictions: z
      .object({ items: z.int(), right: z.int() })
      .nullable()
      .describe("how often a model's prediction is the label that counts"),
  })
  .meta({ id: "AnnotationReport" });

/** An item as it is offered. */
export const OfferItem = z
  .strictObject({
    id: word(128).describe("names it within its queue: the same one again is not asked again"),
    item: json,
    predicted: label.optional().describe("what a model said of it; never shown to annotators"),
  })
  .meta({ id: "OfferItemRequest" });

/** What became of it. */
export const OfferedItem = z
  .object({ id: z.string(), run: z.string().nullable().describe("null where the sample left it out") })
  .meta({ id: "OfferedItem" });

/** An item that is done, as a training reads it. */
export const TrainingItem = z
  .object({
    id: z.string(),
    item: json,
    label,
    answer: json,
    source: z.enum(["agreement", "adjudication", "check"]),
    agreed: z.boolean(),
    predicted: label,
    annotators: z.array(
      z.object({ by: z.string().describe("a pseudonym, the same within the queue"), label, answer: json }),
    ),
  })
  .meta({ id: "TrainingItem" });
