import { z } from "zod";
import { AnnotationQueueSummary, AnnotationReport, OfferedItem, OfferItem, TrainingItem } from "../annotation.ts";
import { pageOf, pageQuery } from "../page.ts";
import { route } from "../route.ts";
import { word } from "../text.ts";

const params = z.object({ queue: word(128) });
const tag = "Annotation";

export const annotationRoutes = {
  "annotations.list": route({
    tag,
    summary: "List annotation queues, by name",
    permission: "runs:read",
    success: { 200: pageOf(AnnotationQueueSummary) },
  }),
  "annotations.report": route({
    tag,
    summary: "How a queue stands, and how well its annotators agree",
    permission: "runs:read",
    params,
    success: { 200: AnnotationReport },
  }),
  "annotations.offer": route({
    tag,
    summary: "Offer an item to a queue",
    description:
      "The sample takes it or leaves it. The same id again is the same item; another item under it is refused.",
    permission: "runs:start",
    params,
    body: OfferItem,
    success: { 201: OfferedItem },
  }),
  "annotations.items": route({
    tag,
    summary: "What is done, newest first, for a training",
    permission: "runs:read",
    params,
    query: z.strictObject(pageQuery),
    success: { 200: pageOf(TrainingItem) },
  }),
  "annotations.export": route({
    tag,
    summary: "Export what is done, newest first",
    description: "Every item as a line of JSON, as a training reads it: annotators stand there by pseudonym.",
    permission: "runs:read",
    params,
    success: { 200: null },
    file: ["application/jsonl"],
  }),
};
