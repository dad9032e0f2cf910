/** Attributes of spans that are Holdpoint's own. */
export const holdpointAttributes = {
  namespace: "holdpoint.namespace",
  runId: "holdpoint.run.id",
  runGeneration: "holdpoint.run.generation",
  runStatus: "holdpoint.run.status",
  runOutcome: "holdpoint.run.outcome",
  workflow: "holdpoint.workflow.name",
  workflowVersion: "holdpoint.workflow.version",
  turnEnd: "holdpoint.turn.end",
  turnResumed: "holdpoint.turn.resumed",
  stepKey: "holdpoint.step.key",
  stepName: "holdpoint.step.name",
  stepAttempt: "holdpoint.step.attempt",
  holdId: "holdpoint.hold.id",
  holdName: "holdpoint.hold.name",
  holdSeverity: "holdpoint.hold.severity",
  holdStatus: "holdpoint.hold.status",
  storeMethod: "holdpoint.store.method",
  commitOperations: "holdpoint.commit.operations",
  requestId: "holdpoint.request.id",
} as const;

/** OpenTelemetry's names for what calls of models say (GenAI semantic conventions): for spans inside of steps. */
export const genAiAttributes = {
  operationName: "gen_ai.operation.name",
  providerName: "gen_ai.provider.name",
  conversationId: "gen_ai.conversation.id",
  agentId: "gen_ai.agent.id",
  agentName: "gen_ai.agent.name",
  agentDescription: "gen_ai.agent.description",
  requestModel: "gen_ai.request.model",
  requestTemperature: "gen_ai.request.temperature",
  requestTopP: "gen_ai.request.top_p",
  requestMaxTokens: "gen_ai.request.max_tokens",
  requestSeed: "gen_ai.request.seed",
  requestStopSequences: "gen_ai.request.stop_sequences",
  responseId: "gen_ai.response.id",
  responseModel: "gen_ai.response.model",
  responseFinishReasons: "gen_ai.response.finish_reasons",
  outputType: "gen_ai.output.type",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  tokenType: "gen_ai.token.type",
  toolName: "gen_ai.tool.name",
  toolType: "gen_ai.tool.type",
  toolCallId: "gen_ai.tool.call.id",
  dataSourceId: "gen_ai.data_source.id",
  errorType: "error.type",
} as const;

/** The values of `gen_ai.operation.name`. */
export const genAiOperations = {
  chat: "chat",
  generateContent: "generate_content",
  textCompletion: "text_completion",
  embeddings: "embeddings",
  createAgent: "create_agent",
  invokeAgent: "invoke_agent",
  executeTool: "execute_tool",
} as const;

/** The names of the metrics of calls of models. */
export const genAiMetrics = {
  tokenUsage: "gen_ai.client.token.usage",
  operationDuration: "gen_ai.client.operation.duration",
} as const;
