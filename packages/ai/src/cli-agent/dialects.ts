import type { CliAgentMode } from "./cli-agent-step.ts";

/** What a command-line agent says, in one vocabulary. */
export type CliAgentEvent = { readonly sessionId?: string } & (
  | { readonly type: "system" | "turn" }
  | { readonly type: "text" | "reasoning" | "error"; readonly text: string }
  | { readonly type: "tool_use"; readonly tool: string; readonly input: unknown }
  | { readonly type: "tool_result"; readonly text: string }
  | { readonly type: "result"; readonly text: string; readonly cost?: number }
);

/** How a program is told what to do. */
export interface CliAgentCall {
  readonly task: string;
  readonly mode: CliAgentMode;
  readonly tools: readonly string[];
  readonly systemPrompt?: string;
  readonly model?: string;
}

/** How one program is spoken to, and what its lines of JSON mean. */
export interface CliDialect {
  /** Its name on the `PATH`. */
  readonly program: string;
  /** Its arguments, and what it gets on its standard input. */
  call(call: CliAgentCall): { args: string[]; input?: string };
  /** What a line says; nothing for one that means nothing here. */
  events(line: unknown): CliAgentEvent[];
}

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});
const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? ""));

/** `claude -p --output-format stream-json`: https://docs.claude.com/en/docs/claude-code/headless */
const claudeCode: CliDialect = {
  program: "claude",
  call: ({ task, mode, tools, systemPrompt, model }) => ({
    args: [
      ...["-p", "--output-format", "stream-json", "--verbose"],
      ...["--permission-mode", mode === "execute" ? "acceptEdits" : mode === "plan" ? "plan" : "default"],
      ...["--allowedTools", tools.join(",")],
      ...(systemPrompt === undefined ? [] : ["--append-system-prompt", systemPrompt]),
      ...(model === undefined ? [] : ["--model", model]),
    ],
    // Not as an argument: a task may begin with a dash, and is nobody's business in a list of processes.
    input: task,
  }),
  events: (line) => {
    const { type, session_id, message, ...more } = fieldsOf(line);
    const session = typeof session_id === "string" ? { sessionId: session_id } : {};
    if (type === "system") return [{ type: "system", ...session }];
    if (type === "result") {
      const text = textOf(more.result ?? more.subtype);
      if (more.is_error === true) return [{ type: "error", text, ...session }];
      const cost = typeof more.total_cost_usd === "number" ? { cost: more.total_cost_usd } : {};
      return [{ type: "result", text, ...cost, ...session }];
    }
    if (type !== "assistant" && type !== "user") return [];
    const { content } = fieldsOf(message);
    const blocks = Array.isArray(content) ? content.map(fieldsOf) : [];
    const said = blocks.flatMap((block): CliAgentEvent[] => {
      if (block.type === "text") return [{ type: "text", text: textOf(block.text) }];
      if (block.type === "thinking") return [{ type: "reasoning", text: textOf(block.thinking) }];
      if (block.type === "tool_use") return [{ type: "tool_use", tool: textOf(block.name), input: block.input }];
      if (block.type === "tool_result") return [{ type: "tool_result", text: textOf(block.content) }];
      return [];
    });
    return type === "assistant" ? [{ type: "turn", ...session }, ...said] : said;
  },
};

/** `opencode run --format json`: https://opencode.ai/docs/cli */
const openCode: CliDialect = {
  program: "opencode",
  call: ({ task, mode, systemPrompt, model }) => ({
    args: [
      ...["run", "--format", "json", "--agent", mode === "execute" ? "build" : "plan"],
      ...(model === undefined ? [] : ["--model", model]),
      ...["--", systemPrompt === undefined ? task : `${systemPrompt}\n\n${task}`],
    ],
  }),
  events: (line) => {
    const { type, sessionID, part, error } = fieldsOf(line);
    const session = typeof sessionID === "string" ? { sessionId: sessionID } : {};
    const { text, tool, state, cost } = fieldsOf(part);
    if (type === "text") return [{ type: "text", text: textOf(text), ...session }];
    if (type === "reasoning") return [{ type: "reasoning", text: textOf(text), ...session }];
    if (type === "tool_use")
      return [{ type: "tool_use", tool: textOf(tool), input: fieldsOf(state).input, ...session }];
    if (type === "step_start") return [{ type: "turn", ...session }];
    if (type === "step_finish" && typeof cost === "number") return [{ type: "result", text: "", cost, ...session }];
    if (type === "error") return [{ type: "error", text: textOf(fieldsOf(error).message ?? error), ...session }];
    return [];
  },
};

/** The programs that are known. */
export const dialects = { "claude-code": claudeCode, opencode: openCode } as const;
