/**
 * Annotation queues and quality checks: independent annotators, agreement, adjudication, sampling, and what a training reads.
 */

export { cohenKappa, fleissKappa, type Kappa, krippendorffAlpha, type Label } from "./agreement.ts";
export {
  type Annotated,
  type AnnotatedItem,
  type Annotation,
  type AnnotationOptions,
  annotation,
  type NewItem,
} from "./annotation.ts";
export {
  AnnotationQueue,
  annotationLines,
  annotationReport,
  type JsonLinesOptions,
  type Offered,
  type TrainingItem,
  trainingItems,
} from "./queue.ts";
export type { AnnotationReport } from "./report.ts";
export { isSampled } from "./sampling.ts";
