/** What a provider wants back unchanged with the next request (signatures of reasoning, item ids), by provider. */
export type PartMetadata = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Words. */
export interface TextPart {
  readonly type: "text";
  readonly text: string;
  readonly metadata?: PartMetadata;
}

/** A picture, a PDF or another file, in the message itself or by address. */
export interface FilePart {
  readonly type: "file";
  /** As in `image/png`. */
  readonly mediaType: string;
  /** Its bytes in base64, or where the provider can get it. */
  readonly data: { readonly base64: string } | { readonly url: string };
  readonly name?: string;
}

/** What a model thought before it answered, where its provider shows it. */
export interface ReasoningPart {
  readonly type: "reasoning";
  readonly text: string;
  readonly metadata?: PartMetadata;
}

/** A model wants a tool called. */
export interface ToolCallPart {
  readonly type: "tool-call";
  /** The provider's id of the call; its result carries the same. */
  readonly id: string;
  /** The tool's name. */
  readonly name: string;
  /** What to call it with; the text as it came where that is not JSON, and then `invalid` says so. */
  readonly args: unknown;
  /** Why `args` cannot be used. Absent when it can. */
  readonly invalid?: string;
  readonly metadata?: PartMetadata;
}

/** What came of a tool call: its result, its failure, or why nobody let it happen. */
export interface ToolResultPart {
  readonly type: "tool-result";
  /** The call's id. */
  readonly id: string;
  /** The tool's name. */
  readonly name: string;
  readonly outcome: "ok" | "error" | "denied";
  /** Any JSON value; with `error` and `denied` a sentence for the model. */
  readonly result: unknown;
  /** A person changed the arguments before it was called; the model is told. */
  readonly edited?: { readonly by: string | null; readonly args: unknown };
}

/** What a model may answer with. */
export type AssistantPart = TextPart | ReasoningPart | ToolCallPart;

/** One message of a conversation. Plain JSON: it can be stored as it is. */
export type Message =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: string | readonly (TextPart | FilePart)[] }
  | { readonly role: "assistant"; readonly content: readonly AssistantPart[] }
  | { readonly role: "tool"; readonly content: readonly ToolResultPart[] };

/** The words of an answer, without its reasoning and its tool calls. */
export function textOf(content: readonly AssistantPart[]): string {
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** The tool calls of an answer, in their order. */
export function toolCallsOf(content: readonly AssistantPart[]): ToolCallPart[] {
  return content.filter((part) => part.type === "tool-call");
}
