/**
 * Models, durable agents and tools with approval: each call of a model and each call of a tool is a recorded step, so an agent
 * survives a crash in the middle of a thought without paying twice, and waits for weeks for an approval.
 *
 * @example
 * import { agent, agentStep, tool } from "@holdpoint/ai";
 */

export {
  type Agent,
  type AgentEvent,
  type AgentOptions,
  type AgentResult,
  type AgentState,
  agent,
} from "./agent/agent.ts";
export type { AgentStepOptions } from "./agent/agent-run.ts";
export { agentStep } from "./agent/agent-step.ts";
export { type AgentWorkflowResult, agentTool, agentWorkflow } from "./agent/agent-workflow.ts";
export { fromAiSdk } from "./ai-sdk/from-ai-sdk.ts";
export { type Budget, BudgetError, type BudgetLimit, type BudgetScope, type BudgetState } from "./budget/budget.ts";
export { Budgets, type BudgetsOptions, budgets, budgetsService } from "./budget/budgets.ts";
export { type BookDatabase, databaseSpendingBook } from "./budget/database-book.ts";
export { type Amount, type Claim, memorySpendingBook, type SpendingBook } from "./budget/spending-book.ts";
export { CliAgentError } from "./cli-agent/cli-agent-error.ts";
export {
  type CliAgentMode,
  type CliAgentOptions,
  type CliAgentPermit,
  type CliAgentRequest,
  type CliAgentResult,
  cliAgentStep,
} from "./cli-agent/cli-agent-step.ts";
export type { CliAgentCall, CliAgentEvent, CliDialect } from "./cli-agent/dialects.ts";
export { type Confidence, type Scorer, selfReported, tokenConfidence } from "./confidence/confidence.ts";
export { assumedOutput, estimateUsage } from "./cost/estimate.ts";
export { costOf, type ModelPrice, type PriceTable } from "./cost/prices.ts";
export { addSpending, noSpending, type Spending } from "./cost/spending.ts";
export { type DurableModelOptions, durableModel } from "./durable/durable-model.ts";
export { type AiSdkTool, type DurableToolSettings, durableTools } from "./durable/durable-tools.ts";
export {
  type GuardrailBlock,
  GuardrailError,
  ModelError,
  type ModelFailure,
  ModelSetupError,
  OutputError,
  TurnLimitError,
} from "./errors.ts";
export * from "./evals/index.ts";
export { type PipelineAgentsOptions, pipelineAgents } from "./flow/pipeline-agents.ts";
export { flowAgent, flowModel, flowTool } from "./flow/ports.ts";
export * from "./grounding/index.ts";
export * from "./guardrails/index.ts";
export type { LlamaCppLibrary } from "./llama-cpp/library.ts";
export { type LlamaCppModel, type LlamaCppOptions, llamaCpp } from "./llama-cpp/llama-cpp.ts";
export { type McpServer, type McpTools, type McpToolsOptions, mcpTools } from "./mcp/mcp-tools.ts";
export {
  AgentMemory,
  type AgentMemoryOptions,
  agentMemory,
  type Remembered,
  type ThreadMemory,
} from "./memory/agent-memory.ts";
export {
  type ConversationBook,
  type KeptMessage,
  memoryConversationBook,
  type NewMessage,
  type Note,
  type ThreadFacts,
  type ThreadPlace,
} from "./memory/conversation-book.ts";
export {
  type ConversationDatabase,
  type DatabaseConversationBookOptions,
  databaseConversationBook,
} from "./memory/database-conversation-book.ts";
export { type Recalled, recallStep, rememberStep } from "./memory/memory-step.ts";
export { memoryTools } from "./memory/memory-tools.ts";
export { type CountTokens, tokensOf, windowOf } from "./memory/window.ts";
export { answer } from "./model/answer.ts";
export * from "./model/message.ts";
export type * from "./model/model.ts";
export { addUsage, noUsage, type Usage, unknownUsage } from "./model/usage.ts";
export type { Pause, ProviderLimits } from "./models/limits.ts";
export { type ModelChoice, Models, type ModelsOptions, models, modelsOf, modelsService } from "./models/models.ts";
export type { ProviderSettings } from "./models/provider.ts";
export { type AgenticRagOptions, type AgenticRagResult, agenticRag, type Evidence } from "./patterns/agentic-rag.ts";
export { type ChainOfThoughtOptions, type ChainOfThoughtResult, chainOfThought } from "./patterns/chain-of-thought.ts";
export {
  type ConstitutionalOptions,
  type ConstitutionalResult,
  constitutional,
  type Violation,
} from "./patterns/constitutional.ts";
export { type Contribution, type CrewOptions, type CrewResult, crew } from "./patterns/crew.ts";
export { type DebateOptions, type DebateResult, debate, type Statement } from "./patterns/debate.ts";
export type { Member } from "./patterns/member.ts";
export {
  type Attempt,
  type MetacognitionOptions,
  type MetacognitionResult,
  metacognition,
} from "./patterns/metacognition.ts";
export type { PatternGate, PatternInput, PatternOptions, PatternResult, Unsettled } from "./patterns/pattern.ts";
export { type DoneStep, type PlanningOptions, type PlanningResult, planning } from "./patterns/planning.ts";
export { type ReactOptions, type ReactResult, react } from "./patterns/react.ts";
export { type Critique, type ReflectionOptions, type ReflectionResult, reflection } from "./patterns/reflection.ts";
export { type RouterOptions, type RouterResult, router } from "./patterns/router.ts";
export {
  type SelfConsistencyOptions,
  type SelfConsistencyResult,
  selfConsistency,
} from "./patterns/self-consistency.ts";
export type { AnswerOf } from "./patterns/shape.ts";
export {
  type ThoughtPath,
  type TreeOfThoughtsOptions,
  type TreeOfThoughtsResult,
  treeOfThoughts,
} from "./patterns/tree-of-thoughts.ts";
export { type Ballot, countVotes, sameAnswer, type Tally, type VoteResult, type VoteRule } from "./patterns/vote.ts";
export { Bm25, type Bm25Options } from "./retrieval/bm25.ts";
export { type Chunk, type ChunkOptions, chunk } from "./retrieval/chunk.ts";
export { type DatabaseIndexOptions, databaseIndex, type RetrievalDatabase } from "./retrieval/database-index.ts";
export type { Embedder } from "./retrieval/embed.ts";
export type { FieldTest, Metadata, MetadataFilter, MetadataValue } from "./retrieval/filter.ts";
export { type Fused, fuse, type Ranking } from "./retrieval/fuse.ts";
export {
  type Indexable,
  type IndexDocumentsOptions,
  type IndexingOptions,
  type IndexOutcome,
  indexDocuments,
  indexing,
} from "./retrieval/indexing.ts";
export { type MemoryIndexOptions, memoryIndex } from "./retrieval/memory-index.ts";
export { type RetrievalToolOptions, retrievalTool, type ToldPassage } from "./retrieval/retrieval-tool.ts";
export {
  type FoundPassage,
  type Reranker,
  type Retriever,
  type RetrieverOptions,
  type RetrieveStepOptions,
  retriever,
  retrieveStep,
  type SearchOptions,
} from "./retrieval/retriever.ts";
export type * from "./retrieval/search-index.ts";
export { type Span, sentences } from "./retrieval/sentences.ts";
export { type Terms, terms } from "./retrieval/terms.ts";
export { type Script, type ScriptedModel, type ScriptedReply, scriptedModel } from "./scripted/scripted-model.ts";
export { type AnswerProgress, type LiveAnswer, liveAnswers } from "./step/live-answers.ts";
export { type LlmOptions, type LlmResult, llmStep } from "./step/llm-step.ts";
export { type DeltaPlace, type ModelCallRecord, type ModelStepOptions, modelStep } from "./step/model-step.ts";
export { spendingOf } from "./step/run-spending.ts";
export type { ApprovalRule, ApprovalTerms, ToolApproval } from "./tool/approval.ts";
export { type Tool, type ToolDefinition, type ToolInfo, type ToolSettings, tool } from "./tool/tool.ts";
export { type ToolStepOptions, toolStep } from "./tool/tool-step.ts";
