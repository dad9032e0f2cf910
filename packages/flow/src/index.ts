/**
 * Flows: work as data. The chain API, the graph builder and JSON pipelines all make a flow, and one durable workflow runs it.
 *
 * Most programs install `holdpoint`, which brings this along.
 */

export { type Bulk, type BulkInput, bulk } from "./bulk/bulk.ts";
export type { Checkpoint as BulkCheckpoint } from "./bulk/checkpoint.ts";
export { type BatchesOptions, bulkFilter, bulkMap, bulkReduce } from "./bulk/collections.ts";
export type { BulkCallbacks, BulkEngine, BulkMetrics, BulkOperation } from "./bulk/operation.ts";
export type { BatchInfo, Breaker, BulkOptions, Items, SourceGiven } from "./bulk/options.ts";
export type { BatchFailure, BatchResult, BulkReport, BulkState, BulkTally } from "./bulk/report.ts";
export { type ImportedPipeline, type PipelineCatalog, pipelineCatalog } from "./catalog/catalog.ts";
export { type ImportedFile, type ImportReport, importedWorkflows, importPipelines } from "./catalog/import.ts";
export {
  type DocumentCheck,
  type LibraryOptions,
  type LibraryPipeline,
  type PipelineLibrary,
  type PutPipelineOptions,
  pipelineLibrary,
} from "./catalog/library.ts";
export type { PipelineVersion } from "./catalog/library-book.ts";
export { type PipelineTemplate, pipelineTemplates } from "./catalog/templates.ts";
export { type ChainOptions, flow } from "./chain/chain.ts";
export { type FlowStep, type FlowStepDefinition, type FlowStepOptions, step } from "./chain/step.ts";
export * from "./chain/types.ts";
export type { Condition, Json, Operator, Path } from "./condition/condition.ts";
export { ComparisonError, ExpressionError } from "./condition/errors.ts";
export type { ConditionFacts, ConditionFunction } from "./condition/functions.ts";
export { cel, readTriggers } from "./condition/hold-trigger.ts";
export { type ConditionScope, readCondition } from "./condition/read.ts";
export { conditionText } from "./condition/text.ts";
export { type Dag, type DagOptions, type DagWorkflowOptions, dag, dagOf } from "./dag/dag.ts";
export { DagError, type DagReport, type DagStepReport, type DagStepStatus } from "./dag/report.ts";
export {
  callStep,
  conditionalStep,
  type DagFacts,
  type DagGiven,
  type DagStep,
  type DagStepOptions,
  functionStep,
  type Metadata,
  parallelStep,
} from "./dag/step.ts";
export type * from "./definition/definition.ts";
export * from "./definition/errors.ts";
export { type InnerFlow, innerFlows } from "./definition/inner-flows.ts";
export type {
  CodeFunction,
  FlowFunction,
  FlowState,
  InWorkflowArguments,
  Registry,
  StepArguments,
  StepCode,
} from "./definition/registry.ts";
export { toDot } from "./draw/dot.ts";
export { toMermaid } from "./draw/mermaid.ts";
export { toSvg } from "./draw/svg.ts";
export { dryRunPipeline } from "./dry-run/dry-run.ts";
export type * from "./dry-run/report.ts";
export { checkpointsOf, type StateCheckpoint, WorkflowCheckpoint } from "./graph/checkpoint.ts";
export {
  type ConfigIssue,
  checkGraphConfig,
  type Environment,
  type GraphConfig,
  graphConfigFrom,
  graphDefaults,
} from "./graph/config.ts";
export type { Rule } from "./graph/draft.ts";
export {
  followWorkflow,
  type StateTransition,
  type WorkflowCompletedEvent,
  type WorkflowEvent,
  type WorkflowFailedEvent,
  type WorkflowHooks,
  type WorkflowStartedEvent,
} from "./graph/events.ts";
export { type Graph, type GraphOptions, graph } from "./graph/graph.ts";
export { ExecutionHistory, type TraceData, type TracedNode } from "./graph/history.ts";
export { type FlowModule, type FlowModuleHealth, type FlowModuleOptions, flowModule } from "./graph/module.ts";
export { AbstractWorkflowNode } from "./graph/nodes/custom.ts";
export type { ApprovalOptions, HumanOptions } from "./graph/nodes/human.ts";
export type {
  Agent,
  AgentExecutor,
  AgentOptions,
  CallInfo,
  CompletionRequest,
  InWorkflow,
  LanguageModel,
  LlmOptions,
  Provided,
  Tool,
  ToolOptions,
} from "./graph/nodes/ports.ts";
export type { SubgraphOptions } from "./graph/nodes/subgraph.ts";
export { type GraphResult, graphResult, type NodeResult } from "./graph/result.ts";
export { type RunnerOptions, type RunnerRunOptions, WorkflowRunner } from "./graph/runner.ts";
export type * from "./graph/types.ts";
export { WorkflowDefinition, WorkflowInstance } from "./graph/workflow-definition.ts";
export { type Flow, type FlowOptions, makeFlow } from "./interpret/flow.ts";
export type { NodeTrace } from "./interpret/program.ts";
export { type Pipe, pipe } from "./pipe/pipe.ts";
export type { PipelineAgentRequest, PipelineAgents, PipelineQuestion } from "./pipeline/agents.ts";
export type * from "./pipeline/document.ts";
export { pipelineFunctions } from "./pipeline/functions.ts";
export { findCode, type LoadPipelineOptions, loadPipeline, type PipelineCode } from "./pipeline/load.ts";
export { checkPipeline, type PipelineReport, readPipeline } from "./pipeline/read.ts";
export type {
  ExecutionContext,
  PipelineStep,
  PipelineStepClass,
  PipelineStepFunction,
  PipelineStepInfo,
  PipelineStepObject,
} from "./pipeline/step-code.ts";
export { type UiField, type UiSchema, uiForm } from "./pipeline/ui-form.ts";
export { writePipeline } from "./pipeline/write.ts";
export { Err, err, Ok, ok, type Result, type Unwrapped } from "./result/result.ts";
export { type FailedSaga, type SagaBatchOptions, type SagaBatchReport, sagaBatch } from "./saga/batch.ts";
export { type Content, canonicalJson, contentKey } from "./saga/content-key.ts";
export type { SagaInstance } from "./saga/instance.ts";
export type { ByHand, SagaOptions, SagaState, SagaWorkflowOptions } from "./saga/options.ts";
export { type NamedSagaStep, type Saga, saga, sagaStep } from "./saga/saga.ts";
export { isSagaError, type LeftUndone, SagaError, type SagaErrorDetails } from "./saga/saga-error.ts";
export type {
  ContentCache,
  Results as SagaResults,
  SagaGiven,
  SagaStepOptions,
  SagaUndoGiven,
} from "./saga/step.ts";
export { fromJsonSchema } from "./schema/from-json.ts";
export { type MissingName, TemplateError, TemplateSyntaxError } from "./template/errors.ts";
export type { NameScope } from "./template/names.ts";
export type { Problem, ProblemCode } from "./validate/problem.ts";
export { validateFlow } from "./validate/validate.ts";
export { type AsWorkflowOptions, asWorkflow } from "./wrap/as-workflow.ts";
