import { setTimeout as sleep } from "node:timers/promises";
import { holdText } from "@holdpoint/channels";
import { type Hold, HoldpointError, ValidationError } from "@holdpoint/core";
import type { CallToolResult, InputRequiredResult, McpServer, ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import { version } from "../version.ts";
import { type Asked, ask, type Desk, record, said, stateOf, take } from "./asking.ts";
import type { McpInboxOptions } from "./options.ts";
import { registerRunTools } from "./run-tools.ts";

/** How long an answer may take: whoever is asked may be at lunch. The hold's own deadline goes before it. */
const answerSeconds = 7 * 24 * 3600;

/**
 * An inbox as an MCP server: tools to list holds, to show one, to decide one, and to be brought what is due next. A decision is asked of the person
 * at the client by elicitation, bound to the hold as it was shown; high and critical ones lead to the inbox in the browser.
 *
 * @example
 * import { mcpInbox } from "@holdpoint/server";
 * const server = await mcpInbox({ engine, person: "ana", secret: "at least 32 characters nobody can guess" });
 *
 * @throws ValidationError the secret is too short
 */
export async function mcpInbox(options: McpInboxOptions): Promise<McpServer> {
  if (Buffer.byteLength(options.secret) < 32)
    throw new ValidationError("mcp", [
      { path: "secret", message: "must be at least 32 characters that nobody can guess" },
    ]);
  const mcp = await import("@modelcontextprotocol/server");
  const personOf = (ctx: ServerContext): string | null =>
    typeof options.person === "string" ? options.person : options.person(ctx.http?.authInfo);
  const codec = mcp.createRequestStateCodec<Asked>({
    key: options.secret,
    ttlSeconds: answerSeconds,
    // Nobody answers what another was asked.
    bind: (ctx) => JSON.stringify([options.engine.namespace, personOf(ctx)]),
  });
  const desk: Desk = { options, mcp, codec };
  const server = new mcp.McpServer(
    { name: "holdpoint", version },
    {
      instructions:
        "Holds are questions that runs ask of people. Never answer one for a person: decide_hold and next_hold ask them.",
      requestState: { verify: codec.verify },
      inputRequired: { roundTimeoutMs: 3_600_000 },
    },
  );
  const asPerson =
    <T>(work: (person: string, input: T, ctx: ServerContext) => Promise<CallToolResult | InputRequiredResult>) =>
    async (input: T, ctx: ServerContext) => {
      const person = personOf(ctx);
      if (person === null) return said("sign in: nobody knows who this is", true);
      try {
        return await work(person, input, ctx);
      } catch (error) {
        if (error instanceof HoldpointError) return said(error.message, true);
        throw error;
      }
    };

  if (options.runs) {
    // These ask nobody anything.
    const alone = asPerson as unknown as Parameters<typeof registerRunTools>[3];
    registerRunTools(server, options.engine, options.runs, alone);
  }
  if (options.holds === false) return server;

  server.registerTool(
    "list_holds",
    {
      title: "List what needs a decision",
      description: "Open holds that this person may decide, what is due first on top.",
      inputSchema: z.strictObject({
        limit: z.int().min(1).max(100).default(20),
        cursor: z.string().max(200).optional(),
      }),
      annotations: { readOnlyHint: true },
    },
    asPerson(async (person, { limit, cursor = null }) => {
      const filter = { order: "due", unvoted: true } as const;
      const page = await options.engine.holds.inbox(person, filter, { limit, cursor });
      const items = page.items.map(briefOf);
      return {
        content: [{ type: "text", text: JSON.stringify({ items, cursor: page.cursor }) }],
        structuredContent: { items, cursor: page.cursor },
      };
    }),
  );
  server.registerTool(
    "show_hold",
    {
      title: "Show a hold",
      description:
        "All there is to see of one hold: what follows from it, the evidence, who may decide. With its revision and evidenceHash.",
      inputSchema: z.strictObject({ hold: z.string().max(200) }),
      annotations: { readOnlyHint: true },
    },
    asPerson(async (person, { hold: id }) => {
      const hold = await options.engine.hold(id);
      const { may, why, whoMay } = await options.engine.holds.standing(hold, person);
      const standing = may ? `${person} may decide it.` : `${person} may not decide it: ${why}. ${whoMay} may.`;
      const text = [holdText(hold), stateOf(hold, person), standing].join("\n");
      return { content: [{ type: "text", text }], structuredContent: { ...briefOf(hold), mayDecide: may } };
    }),
  );
  server.registerTool(
    "decide_hold",
    {
      title: "Have a hold decided",
      description:
        options.answers === "caller"
          ? "Decides a hold with `answer`. High and critical ones take their revision and evidenceHash, as show_hold gives them."
          : "Asks the person to decide a hold. High and critical ones take their revision and evidenceHash, as show_hold gives them.",
      inputSchema: z.strictObject({
        hold: z.string().max(200),
        revision: z.int().min(0).optional(),
        evidenceHash: z.string().max(64).optional(),
        ...(options.answers === "caller" ? { answer: z.unknown(), note: z.string().max(10_000).optional() } : {}),
      }),
    },
    asPerson(async (person, input, ctx) => {
      const asked = ctx.mcpReq.requestState<Asked>();
      if (asked !== undefined) return take(desk, person, asked, ctx);
      const hold = await options.engine.hold(input.hold);
      checkRead(hold, input);
      if (options.answers === "caller") {
        const { answer: value, note } = input as { answer?: unknown; note?: string };
        return record(
          desk,
          person,
          { hold: hold.id, revision: hold.revision, evidenceHash: hold.evidenceHash },
          { value, ...(note === undefined ? {} : { note }) },
          ctx,
        );
      }
      return askIfMay(desk, person, hold, ctx);
    }),
  );
  server.registerTool(
    "next_hold",
    {
      title: "Bring what is due next",
      description:
        "Brings the person what they are to decide next, and asks them. Waits for it if nothing is there, so many seconds.",
      inputSchema: z.strictObject({
        wait: z.int().min(0).max(50).default(0),
        skip: z.array(z.string().max(200)).max(100).default([]),
      }),
    },
    asPerson(async (person, { wait, skip }, ctx) => {
      const asked = ctx.mcpReq.requestState<Asked>();
      if (asked !== undefined) return take(desk, person, asked, ctx);
      const hold = await nextOf(options.engine, person, { skip, waitMs: wait * 1000, signal: ctx.mcpReq.signal });
      return hold === null ? said("Nothing needs a decision.") : askIfMay(desk, person, hold, ctx);
    }),
  );
  return server;
}

async function askIfMay(
  desk: Desk,
  person: string,
  hold: Hold,
  ctx: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  const { may, why, whoMay } = await desk.options.engine.holds.standing(hold, person);
  if (hold.status !== "open") return said(stateOf(hold, person), true);
  return may ? ask(desk, hold, ctx) : said(`${person} may not decide it: ${why}. ${whoMay} may.`, true);
}

/** Throws where a call does not say what it read of a hold that must be read, or read something else than is there now. */
function checkRead(hold: Hold, read: { revision?: number | undefined; evidenceHash?: string | undefined }): void {
  const grave = hold.severity === "high" || hold.severity === "critical";
  const { revision, evidenceHash } = read;
  if (revision === undefined && evidenceHash === undefined && !grave) return;
  if (revision === hold.revision && evidenceHash === hold.evidenceHash) return;
  const message =
    revision === undefined || evidenceHash === undefined
      ? `is missing: "${hold.title}" is ${hold.severity}; show_hold says its revision and evidenceHash`
      : "is of another state: what is asked has changed; look at it with show_hold";
  throw new ValidationError("decide_hold", [{ path: revision === undefined ? "revision" : "evidenceHash", message }]);
}

/** What this person is to decide next; null if nothing comes while they wait. */
async function nextOf(
  engine: McpInboxOptions["engine"],
  person: string,
  { skip, waitMs, signal }: { skip: readonly string[]; waitMs: number; signal: AbortSignal },
): Promise<Hold | null> {
  const until = Date.now() + waitMs;
  for (;;) {
    const { items } = await engine.holds.inbox(person, { order: "due", unvoted: true }, { limit: skip.length + 1 });
    const found = items.find(({ id }) => !skip.includes(id));
    const left = until - Date.now();
    if (found !== undefined || left <= 0 || signal.aborted) return found ?? null;
    await sleep(Math.min(left, 500), undefined, { signal }).catch(() => {});
  }
}

/** A hold in a list. */
const briefOf = ({ id, title, severity, consequence, workflow, runId, dueAt, revision, evidenceHash }: Hold) => ({
  id,
  title,
  severity,
  consequence,
  workflow,
  run: runId,
  dueAt: dueAt?.toISOString() ?? null,
  revision,
  evidenceHash,
});
