/**
 * Holdpoint's heart: workflows that survive anything and wait for people. No I/O, no database, no HTTP.
 *
 * Most programs install `holdpoint`, which brings this, the SQLite store and the command.
 */

export { type Clock, systemClock, type TimerOptions } from "./clock.ts";
export * from "./encryption/index.ts";
export type { BulkResult } from "./engine/bulk.ts";
export type { CheckedRun, CheckReport } from "./engine/check.ts";
export type { DecideOptions, GivenHold } from "./engine/decide.ts";
export type { DecideManyOptions, DecideManyOverride, DecideManyResult } from "./engine/decide-many.ts";
export { createEngine, Engine, type ObservedRun } from "./engine/engine.ts";
export type { EraseTarget } from "./engine/erase.ts";
export type { ForkOptions } from "./engine/fork.ts";
export type { Grant, GrantFilter, Grants } from "./engine/grants.ts";
export type { HoldActor } from "./engine/hold-acting.ts";
export type { Holds, NamedActor } from "./engine/hold-desk.ts";
export type { ExportHoldOptions } from "./engine/hold-export.ts";
export type { GateDryRun, TriggerLesson } from "./engine/hold-lessons.ts";
export type { HoldListFilter } from "./engine/hold-lists.ts";
export type { HoldTrailLine } from "./engine/hold-trail.ts";
export type { Hold } from "./engine/hold-view.ts";
export type { ProcessIdentity } from "./engine/identity.ts";
export type { HoldStanding, InboxCounts, InboxFilter } from "./engine/inbox.ts";
export type { LineOfRun } from "./engine/line-of-run.ts";
export type { LiveWorker } from "./engine/live-workers.ts";
export type { MigrateOptions, MigrateReport } from "./engine/migrate.ts";
export type { EngineLog, EngineOptions, QueueOptions, RateLimit, RetentionOptions } from "./engine/options.ts";
export type { ChangedHold, PolicyDryRun, TriedPolicy } from "./engine/policy-dry-run.ts";
export type {
  ClosedHold,
  EngineProbe,
  OpenedHold,
  ProbeFacts,
  ProbeListeners,
  ProbeSurroundings,
  RecordedStep,
  StartedRun,
} from "./engine/probe.ts";
export { closest } from "./engine/registry.ts";
export type { RetentionOutlook, RetentionResult } from "./engine/retention.ts";
export type { RunHandle } from "./engine/run-handle.ts";
export type { DebounceOptions, RunOptions } from "./engine/run-options.ts";
export type { Run } from "./engine/run-view.ts";
export type { BackfillResult, EventFiring, ScheduleActor, Schedules } from "./engine/schedules.ts";
export { type ShutDownOptions, shutDown } from "./engine/shut-down.ts";
export type { StartOptions } from "./engine/starting.ts";
export type { Verification } from "./engine/verification.ts";
export type { RunEvent } from "./engine/watch.ts";
export type { WaitReason, Why } from "./engine/why.ts";
export * from "./errors.ts";
export type { BusinessCalendar, Weekday } from "./hold/calendar.ts";
export { type Directory, type Substitution, standsIn, staticDirectory } from "./hold/directory.ts";
export { holdEventDigest, holdEventLink, holdEventWords } from "./hold/event-chain.ts";
export type { GrantTerms } from "./hold/grant.ts";
export type { DeadlineRung, Escalation, LadderStep } from "./hold/ladder.ts";
export type { HoldProgress, Question, Vote } from "./hold/progress.ts";
export type { ChainLink, ChainProof, HoldRecord, ReadableHold, RecordSignature } from "./hold/record/format.ts";
export { holdRecordPage } from "./hold/record/page.ts";
export { readHoldRecord } from "./hold/record/read.ts";
export { recordDigest } from "./hold/record/seal.ts";
export { type RecordVerification, type VerifyRecordOptions, verifyHoldRecord } from "./hold/record/verify-record.ts";
export { checkHoldRequest } from "./hold/request.ts";
export {
  group,
  type People,
  type Reviewers,
  type ReviewPolicy,
  type ReviewStage,
  type Veto,
} from "./hold/reviewers.ts";
export { decisionStatement, type SignedDecision, type SignedWords, signDecision } from "./hold/signature.ts";
export type { VoteOutcome } from "./hold/tally.ts";
export {
  type CustomTrigger,
  checkTriggers,
  type FiredTrigger,
  type HoldFacts,
  type HoldTrigger,
} from "./hold/triggers.ts";
export { type AnchoredHead, type Anchors, exportAnchors, readAnchors } from "./journal/anchor.ts";
export { type PayloadCodec, valueCodec } from "./journal/codec.ts";
export {
  type ExportedEntry,
  type ExportedGeneration,
  type ExportedHold,
  type ExportedMail,
  type ExportedPayload,
  type ExportedRun,
  type ReadGeneration,
  readExportedRun,
} from "./journal/exported-run.ts";
export { readableJson } from "./journal/readable-json.ts";
export type { ChainProblem, ProblemKind } from "./journal/verify.ts";
export type { GroupBook, PeopleGroup } from "./people/groups.ts";
export type { ChangeOptions, PeopleBook, Person } from "./people/people.ts";
export type { KeptSubstitution, SubstitutionBook, WrittenSubstitution } from "./people/substitutions.ts";
export { expiredPerSweep, logFault, maxRecordBytes, recordFault } from "./record/limits.ts";
export { brokenLogLine, type LogHead, logLink, nextLogLine } from "./record/log-chain.ts";
export { currentContext } from "./run/context.ts";
export { excuseLibrary } from "./run/guard/place.ts";
export type { AnsweredHold, AroundStep, StartedStep } from "./run/host.ts";
export type { TraceContext } from "./run/trace-context.ts";
export type { ProbedRun, Turn, TurnEnd } from "./run/turn.ts";
export {
  type CronTrigger,
  type EventTrigger,
  type IntervalTrigger,
  type MisfireRule,
  type OverlapRule,
  type ScheduleDefinition,
  type ScheduleTrigger,
  schedule,
} from "./schedule/definition.ts";
export type { Firing, Schedule } from "./schedule/view.ts";
export * from "./store/index.ts";
export { inWorkflowSet } from "./store/workflow-set.ts";
export * from "./workflow/context.ts";
export {
  type AnyWorkflow,
  type InputOf,
  type OutputOf,
  type Workflow,
  type WorkflowOptions,
  workflow,
} from "./workflow/definition.ts";
export { type Duration, durationMs } from "./workflow/duration.ts";
export { checkJsonSchema, type JsonSchema, jsonSchemaOf } from "./workflow/json-schema.ts";
export { readJsonSchemaIssues } from "./workflow/json-schema-issues.ts";
export { afterFailure, type RetryPolicy, type RetryVerdict } from "./workflow/retry.ts";
export type { InferIn, InferOut, StandardJsonSchemaV1, StandardSchemaV1 } from "./workflow/schema.ts";
export { type ProvidedService, type ServiceToken, service } from "./workflow/service.ts";
export type { SqlParameter, Transaction } from "./workflow/transaction.ts";
