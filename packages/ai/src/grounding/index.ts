export {
  checkGrounding,
  type GroundedSentence,
  type GroundingOptions,
  type GroundingReport,
  type SupportScorer,
} from "./check-grounding.ts";
export type { Citation, CitationResult } from "./citations.ts";
export {
  type GroundingHold,
  type GroundingRailOptions,
  type GroundingStepOptions,
  type GroundingStepResult,
  groundingRail,
  groundingStep,
} from "./grounding-step.ts";
export type { GroundingIssue, GroundingSource, SourceSpan } from "./support.ts";
