import { holdText } from "@holdpoint/channels";
import { type Hold, HoldConflictError, HoldpointError, NotAllowedError, ValidationError } from "@holdpoint/core";
import type {
  CallToolResult,
  InputRequiredResult,
  RequestStateCodec,
  ServerContext,
} from "@modelcontextprotocol/server";
import { answerIn, elicitedForm } from "./elicited-form.ts";
import type { McpDecision, McpInboxOptions } from "./options.ts";

/** What a client carries from the question to the answer: which hold, as it was shown. */
export interface Asked {
  hold: string;
  revision: number;
  evidenceHash: string;
  where: "form" | "url";
}

/** What asks and takes answers, with the package that speaks the protocol. */
export interface Desk {
  options: McpInboxOptions;
  mcp: typeof import("@modelcontextprotocol/server");
  codec: RequestStateCodec<Asked>;
}

type Reply = CallToolResult | InputRequiredResult;

/** Words for the model and the person. */
export const said = (text: string, isError = false): CallToolResult => ({
  content: [{ type: "text", text }],
  ...(isError ? { isError } : {}),
});

/** Asks a person for a decision: in a dialog of their client, or in the browser where that is no place for it. */
export async function ask(desk: Desk, hold: Hold, ctx: ServerContext, before = ""): Promise<Reply> {
  const { options, mcp, codec } = desk;
  const text = holdText(hold);
  const grave = hold.severity === "high" || hold.severity === "critical";
  const requestedSchema = grave ? null : elicitedForm(hold, text);
  const asked = { hold: hold.id, revision: hold.revision, evidenceHash: hold.evidenceHash };
  if (requestedSchema !== null) {
    const requestState = await codec.mint({ ...asked, where: "form" }, ctx);
    const decision = mcp.inputRequired.elicit({ message: `${before}${text}`, requestedSchema });
    return mcp.inputRequired({ inputRequests: { decision }, requestState });
  }
  const why = grave ? `it is ${hold.severity}` : "there is more to it than fits here";
  if (options.inboxUrl === undefined)
    return said(
      `"${hold.title}" is not decided here: ${why}. Decide it in the inbox, or with: holdpoint decide ${hold.id}`,
      true,
    );
  const requestState = await codec.mint({ ...asked, where: "url" }, ctx);
  const url = `${options.inboxUrl.replace(/\/$/, "")}/${encodeURIComponent(hold.id)}`;
  const message = `${before}${hold.title}\nThis is decided in the browser: ${why}. Opening the page decides nothing.`;
  return mcp.inputRequired({
    inputRequests: { decision: mcp.inputRequired.elicitUrl({ message, url }) },
    requestState,
  });
}

/** Takes what came back: accepted, it is decided as it was shown; declined or dismissed, nothing is, and that is said. */
export async function take(desk: Desk, person: string, asked: Asked, ctx: ServerContext): Promise<Reply> {
  const { options } = desk;
  const hold = await options.engine.hold(asked.hold);
  const { action, content } = responseOf(ctx);
  if (action === null) return ask(desk, hold, ctx);
  if (action === "cancel")
    return said(`Nothing was decided: the question was dismissed. "${hold.title}" is ${hold.status}.`);
  if (action === "decline" && !(options.declineRejects && asked.where === "form" && hold.kind === "approval"))
    return said(
      `Nothing was decided: ${person} did not want to answer. That is no rejection. "${hold.title}" is ${hold.status}.`,
    );
  if (asked.where === "url") return said(stateOf(hold, person));
  const { value, note } =
    action === "decline" ? { value: { approved: false }, note: "declined in an MCP client" } : answerIn(hold, content);
  return record(desk, person, asked, { value, ...(note === undefined ? {} : { note }) }, ctx);
}

/** Decides a hold as it was shown. What is refused is asked again where that helps. */
export async function record(
  desk: Desk,
  person: string,
  asked: Pick<Asked, "revision" | "evidenceHash"> & { hold: string },
  { value, note }: { value: unknown; note?: string },
  ctx: ServerContext,
): Promise<Reply> {
  const { engine, answers = "person" } = desk.options;
  const { hold: id, revision, evidenceHash } = asked;
  const again = async (why: string): Promise<Reply> =>
    answers === "caller"
      ? said(`Not recorded: ${why}`, true)
      : ask(desk, await engine.hold(id), ctx, `Not recorded: ${why}\n\n`);
  try {
    const by = { by: person, channel: "mcp", ...(note === undefined ? {} : { note }) };
    const decide = (): Promise<Hold> => engine.decide({ id, revision, evidenceHash }, value, by);
    const after = await audited(desk.options, { person, hold: id }, decide);
    return said(`Recorded. ${stateOf(after, person)}`);
  } catch (error) {
    if (error instanceof ValidationError) return again(error.message);
    if (error instanceof HoldConflictError && error.details.status === "open") {
      const changes = error.difference.map(({ path, before, after }) => `${path}: ${brief(before)} → ${brief(after)}`);
      return again(["what is asked has changed.", ...changes].join("\n"));
    }
    if (error instanceof HoldConflictError || error instanceof NotAllowedError)
      return said(`Not recorded: ${error.message}`, true);
    throw error;
  }
}

/** Says what is decided before it is, and what became of it. */
async function audited(
  { audit }: McpInboxOptions,
  what: Pick<McpDecision, "person" | "hold">,
  decide: () => Promise<Hold>,
): Promise<Hold> {
  await audit?.({ ...what, outcome: "asked", code: null });
  const after = await decide().catch(async (error: unknown) => {
    const known = error instanceof HoldpointError;
    await audit?.({ ...what, outcome: known ? "refused" : "failed", code: known ? error.code : "INTERNAL" });
    throw error;
  });
  await audit?.({ ...what, outcome: "done", code: null });
  return after;
}

const brief = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 200);

/** How a hold stands, in a sentence. */
export function stateOf(hold: Hold, person: string): string {
  const { title, status, decidedBy, decision } = hold;
  if (status === "open") {
    const voted = hold.progress.votes.some(({ by, round }) => by === person && round === hold.revision);
    return `"${title}" is open${voted ? "; the vote is counted, and it waits for others" : ": nothing is decided yet"}.`;
  }
  const approved = (decision?.value as { approved?: unknown } | null | undefined)?.approved;
  const word =
    approved === true ? "approved" : approved === false ? "rejected" : decision === null ? status : "answered";
  return `"${title}" is ${word}${decision === null ? "" : ` by ${decidedBy ?? "its deadline"}`}.`;
}

type Response = { action: "accept" | "decline" | "cancel" | null; content: Record<string, unknown> };

/** What the client says the person did: an outside value, taken for nothing else than it is. */
function responseOf(ctx: ServerContext): Response {
  const given = ctx.mcpReq.inputResponses?.decision as { action?: unknown; content?: unknown } | undefined;
  const action = (["accept", "decline", "cancel"] as const).find((one) => one === given?.action) ?? null;
  const content = given?.content;
  const isObject = typeof content === "object" && content !== null && !Array.isArray(content);
  return { action, content: isObject ? (content as Record<string, unknown>) : {} };
}
