export {
  type CasesFromRuns,
  casesFromRuns,
  casesText,
  type EvalCase,
  type EvalDataset,
  parseCases,
} from "./dataset.ts";
export { type EvalInput, type Evaluation, type EvaluationOptions, evaluation } from "./evaluation.ts";
export {
  type CaseResult,
  compareEvals,
  type EvalComparison,
  type EvalReport,
  type EvalThreshold,
  reportLines,
  type ScoreChange,
  type ScoreSummary,
  thresholdProblems,
} from "./report.ts";
export {
  type AnyScorer,
  exact,
  type LlmJudgeOptions,
  type Looking,
  llmJudge,
  regex,
  type Score,
  type Scored,
  type Scorer,
  schema,
  similarity,
} from "./scorers.ts";
export { bootstrap, type Estimate, wilson } from "./statistics.ts";
