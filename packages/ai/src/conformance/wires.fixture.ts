import { pieces, type Reply, type Wire } from "./stand-in.fixture.ts";

const at = 1_767_225_600;

/** OpenAI's responses: https://platform.openai.com/docs/api-reference/responses */
export const responsesWire: Wire = {
  streams: (_, body) => body.stream === true,
  error: (_, message) => ({ error: { message, type: "invalid_request_error", param: null, code: null } }),
  body: (reply, model) => responseOf(reply, model, "completed", itemsOf(reply)),
  events: (reply, model) => {
    let n = 0;
    const event = (type: string, fields: object): [string, object] => [type, { type, sequence_number: n++, ...fields }];
    const items = itemsOf(reply);
    return [
      event("response.created", { response: responseOf(reply, model, "in_progress", []) }),
      ...items.flatMap((item, output_index) => {
        if (item.type === "function_call") {
          const place = { item_id: item.id, output_index };
          return [
            event("response.output_item.added", {
              output_index,
              item: { ...item, status: "in_progress", arguments: "" },
            }),
            event("response.function_call_arguments.delta", { ...place, delta: item.arguments }),
            event("response.function_call_arguments.done", { ...place, name: item.name, arguments: item.arguments }),
            event("response.output_item.done", { output_index, item }),
          ];
        }
        const part = { type: "output_text", text: "", annotations: [], logprobs: [] };
        const place = { item_id: item.id, output_index, content_index: 0 };
        return [
          event("response.output_item.added", { output_index, item: { ...item, status: "in_progress", content: [] } }),
          event("response.content_part.added", { ...place, part }),
          ...pieces(reply.text ?? "").map((delta) =>
            event("response.output_text.delta", { ...place, delta, logprobs: [] }),
          ),
          event("response.output_text.done", { ...place, text: reply.text, logprobs: [] }),
          event("response.content_part.done", { ...place, part: { ...part, text: reply.text } }),
          event("response.output_item.done", { output_index, item }),
        ];
      }),
      event("response.completed", { response: responseOf(reply, model, "completed", items) }),
    ];
  },
};

type Item =
  | { type: "message"; id: string; role: string; status: string; content: object[] }
  | { type: "function_call"; id: string; call_id: string; name: string; arguments: string; status: string };

function itemsOf({ text, calls = [] }: Reply): Item[] {
  const content = [{ type: "output_text", text, annotations: [], logprobs: [] }];
  return [
    ...(text ? [{ type: "message" as const, id: "msg_1", role: "assistant", status: "completed", content }] : []),
    ...calls.map(({ id, name, args }, index) => ({
      type: "function_call" as const,
      id: `fc_${index + 1}`,
      call_id: id,
      name,
      arguments: JSON.stringify(args),
      status: "completed",
    })),
  ];
}

function responseOf(
  { input = 0, cached = 0, output = 0 }: Reply,
  model: string,
  status: string,
  items: Item[],
): object {
  const usage = {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
  return {
    ...{ id: "resp_1", object: "response", created_at: at, status, model, output: items, error: null, metadata: {} },
    ...{ incomplete_details: null, instructions: null, parallel_tool_calls: true, tool_choice: "auto", tools: [] },
    ...{ temperature: 1, top_p: 1, usage: status === "completed" ? usage : null },
  };
}

/** Chat completions, as OpenAI and most others have them: https://platform.openai.com/docs/api-reference/chat */
export const chatWire: Wire = {
  streams: (_, body) => body.stream === true,
  error: (_, message) => ({ error: { message, type: "invalid_request_error", param: null, code: null } }),
  body: (reply, model) => ({
    ...{ id: "chatcmpl-1", object: "chat.completion", created: at, model },
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: reply.text ?? null,
          refusal: null,
          ...(reply.calls && { tool_calls: chatCalls(reply) }),
        },
        logprobs: null,
        finish_reason: reply.calls ? "tool_calls" : "stop",
      },
    ],
    usage: chatUsage(reply),
  }),
  events: (reply, model) => {
    const chunk = (delta: object, finish_reason: string | null): [null, object] => [
      null,
      {
        ...{ id: "chatcmpl-1", object: "chat.completion.chunk", created: at, model },
        choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      },
    ];
    const calls = chatCalls(reply).map((call, index) => chunk({ tool_calls: [{ index, ...call }] }, null));
    return [
      chunk({ role: "assistant", content: "" }, null),
      ...pieces(reply.text ?? "").map((content) => chunk({ content }, null)),
      ...calls,
      chunk({}, reply.calls ? "tool_calls" : "stop"),
      [
        null,
        { id: "chatcmpl-1", object: "chat.completion.chunk", created: at, model, choices: [], usage: chatUsage(reply) },
      ],
      [null, "[DONE]"],
    ];
  },
};

const chatCalls = ({ calls = [] }: Reply) =>
  calls.map(({ id, name, args }) => ({ id, type: "function", function: { name, arguments: JSON.stringify(args) } }));

const chatUsage = ({ input = 0, cached = 0, output = 0 }: Reply): object => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached },
  completion_tokens_details: { reasoning_tokens: 0 },
});

/** Anthropic's messages: https://docs.anthropic.com/en/api/messages */
export const messagesWire: Wire = {
  streams: (_, body) => body.stream === true,
  error: (status, message) => ({
    type: "error",
    error: {
      type: status === 429 ? "rate_limit_error" : status >= 500 ? "api_error" : "invalid_request_error",
      message,
    },
  }),
  body: (reply, model) => ({
    ...messageHead(reply, model),
    content: blocksOf(reply),
    stop_reason: reply.calls ? "tool_use" : "end_turn",
  }),
  events: (reply, model) => {
    const event = (type: string, fields: object): [string, object] => [type, { type, ...fields }];
    return [
      event("message_start", { message: { ...messageHead(reply, model), content: [] } }),
      ...blocksOf(reply).flatMap((block, index) => {
        const delta = (fields: object) => event("content_block_delta", { index, delta: fields });
        const start = block.type === "text" ? { type: "text", text: "" } : { ...block, input: {} };
        const deltas =
          block.type === "text"
            ? pieces(block.text).map((text) => delta({ type: "text_delta", text }))
            : [delta({ type: "input_json_delta", partial_json: JSON.stringify(block.input) })];
        return [
          event("content_block_start", { index, content_block: start }),
          ...deltas,
          event("content_block_stop", { index }),
        ];
      }),
      event("message_delta", {
        delta: { stop_reason: reply.calls ? "tool_use" : "end_turn", stop_sequence: null },
        usage: { output_tokens: reply.output ?? 0 },
      }),
      event("message_stop", {}),
    ];
  },
};

type Block = { type: "text"; text: string } | { type: "tool_use"; id: string; name: string; input: object };

const blocksOf = ({ text, calls = [] }: Reply): Block[] => [
  ...(text ? [{ type: "text" as const, text }] : []),
  ...calls.map(({ id, name, args }) => ({ type: "tool_use" as const, id, name, input: args })),
];

/** Anthropic counts what it read from its cache beside the rest, not in it. */
const messageHead = ({ input = 0, cached = 0, output = 0 }: Reply, model: string) => ({
  ...{ id: "msg_1", type: "message", role: "assistant", model, stop_reason: null, stop_sequence: null },
  usage: {
    input_tokens: input - cached,
    output_tokens: output,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: 0,
  },
});

/** Gemini's generateContent: https://ai.google.dev/api/generate-content */
export const geminiWire: Wire = {
  streams: (path) => path.includes(":streamGenerateContent"),
  error: (status, message) => ({
    error: { code: status, message, status: status === 429 ? "RESOURCE_EXHAUSTED" : "INVALID_ARGUMENT" },
  }),
  body: (reply) => candidateOf(reply, partsOf(reply), true),
  events: (reply) => [
    ...pieces(reply.text ?? "").map((text): [null, object] => [null, candidateOf(reply, [{ text }], false)]),
    [null, candidateOf(reply, partsOf({ ...reply, text: "" }), true)],
  ],
};

const partsOf = ({ text, calls = [] }: Reply): object[] => [
  ...(text ? [{ text }] : []),
  ...calls.map(({ id, name, args }) => ({ functionCall: { id, name, args } })),
];

const candidateOf = ({ input = 0, cached = 0, output = 0 }: Reply, parts: object[], last: boolean): object => ({
  candidates: [{ content: { role: "model", parts }, index: 0, ...(last && { finishReason: "STOP" }) }],
  usageMetadata: {
    promptTokenCount: input,
    cachedContentTokenCount: cached,
    candidatesTokenCount: output,
    totalTokenCount: input + output,
  },
  modelVersion: "model-1",
  responseId: "gemini-1",
});
