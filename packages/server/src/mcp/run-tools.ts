import { type Engine, NotAllowedError, NotFoundError, type RunHandle, ValidationError } from "@holdpoint/core";
import type { CallToolResult, McpServer, ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Standing } from "../audit/audit-line.ts";
import { standing } from "../audit/standing.ts";
import { isOwnWorkflow } from "../routes/own-workflows.ts";
import { wire } from "../routes/wire.ts";
import { documentOf } from "../routes/workflows.ts";
import type { McpRunAction, McpRunPermission, McpRuns } from "./options.ts";

type AsPerson = <T>(
  work: (person: string, input: T, ctx: ServerContext) => Promise<CallToolResult>,
) => (input: T, ctx: ServerContext) => Promise<CallToolResult>;

const runId = z.string().min(1).max(200);
const ended = new Set(["completed", "failed", "cancelled", "diverged"]);

/** Tools that start workflows, show runs and cancel them: those that whoever is at the other end may use for some workflow at least. */
export function registerRunTools(server: McpServer, engine: Engine, runs: McpRuns, asPerson: AsPerson): void {
  const tools = new RunTools(engine, runs);
  const offered = tools.startable();
  if (offered.length > 0) {
    server.registerTool(
      "list_workflows",
      {
        title: "List what can be started",
        description: "Workflows that this person may start, each with the JSON schema of its input.",
        inputSchema: z.strictObject({}),
        annotations: { readOnlyHint: true },
      },
      asPerson(async () => {
        const items = tools.startable().map((name) => tools.described(name));
        return { content: [{ type: "text", text: JSON.stringify({ items }) }], structuredContent: { items } };
      }),
    );
    server.registerTool(
      "start_run",
      {
        title: "Start a workflow",
        description:
          "Starts a run of a workflow (list_workflows says which, and what input it takes). The same id starts it once, however often this is called.",
        inputSchema: z.strictObject({
          workflow: z.string().max(200),
          input: z.unknown().optional(),
          id: z.string().min(1).max(200),
        }),
        annotations: { idempotentHint: true },
      },
      asPerson((person, { workflow, input, id }) => tools.start(person, workflow, input, id)),
    );
  }
  if (tools.anywhere("runs:read")) {
    server.registerTool(
      "show_run",
      {
        title: "Show a run",
        description: "How a run stands, its result, or what it waits for. Waits for its end so many seconds.",
        inputSchema: z.strictObject({ run: runId, wait: z.int().min(0).max(50).default(0) }),
        annotations: { readOnlyHint: true },
      },
      asPerson(async (_person, { run: id, wait }) => {
        const run = await tools.reached(id, "runs:read");
        if (wait > 0) await run.result({ timeout: wait * 1000 }).catch(() => {});
        return tools.shown(run);
      }),
    );
  }
  if (tools.anywhere("runs:control")) {
    server.registerTool(
      "cancel_run",
      {
        title: "Cancel a run",
        description: "Asks a run to end: its steps are aborted and what it did is undone where it says how.",
        inputSchema: z.strictObject({ run: runId, reason: z.string().min(1).max(1000) }),
        annotations: { destructiveHint: true, idempotentHint: true },
      },
      asPerson((person, { run, reason }) => tools.cancel(person, run, reason)),
    );
  }
}

class RunTools {
  readonly #engine: Engine;
  readonly #runs: McpRuns;

  constructor(engine: Engine, runs: McpRuns) {
    this.#engine = engine;
    this.#runs = runs;
  }

  /** Names of what may be started, in their order. */
  startable(): string[] {
    const names = new Set(this.#engine.workflows().map(({ name }) => name));
    return [...names]
      .filter((name) => !isOwnWorkflow(name) && !this.#engine.isRetired(name) && this.#may("runs:start", name))
      .sort();
  }

  described(name: string): { workflow: string; version: number; input: Record<string, unknown> | null } {
    const newest = this.#engine
      .workflows()
      .filter((one) => one.name === name)
      .reduce((best, one) => (one.version > best.version ? one : best));
    return { workflow: name, version: newest.version, input: documentOf(newest.input) };
  }

  /** Whether somebody may do this for some workflow that is known here. */
  anywhere(permission: McpRunPermission): boolean {
    return this.#engine.workflows().some(({ name }) => !isOwnWorkflow(name) && this.#may(permission, name));
  }

  async start(person: string, workflow: string, input: unknown, id: string): Promise<CallToolResult> {
    const known = this.#engine.workflows().some(({ name }) => name === workflow) && !isOwnWorkflow(workflow);
    if (!known) throw new NotFoundError("workflow", workflow, "list them with list_workflows");
    const action: McpRunAction = { person, action: "start", workflow, run: id };
    await this.#allowed("runs:start", workflow, action);
    return this.#audited(action, null, async () => {
      const run = await this.#engine.run(workflow, input, { id, by: person });
      if ((await run.describe()).workflow !== workflow)
        throw new ValidationError("start_run", [{ path: "id", message: `"${id}" is a run of another workflow` }]);
      return run;
    });
  }

  async cancel(person: string, id: string, reason: string): Promise<CallToolResult> {
    const run = await this.reached(id, "runs:control", (workflow) => ({ person, action: "cancel", workflow, run: id }));
    const { workflow } = await run.describe();
    const before = await stands(run);
    return this.#audited({ person, action: "cancel", workflow, run: id }, before, async () => {
      await run.cancel(reason, { by: person });
      return run;
    });
  }

  /** A run that somebody may do this with. Where they may not see it either, it is not there. */
  async reached(
    id: string,
    permission: McpRunPermission,
    action?: (workflow: string) => McpRunAction,
  ): Promise<RunHandle> {
    const run = await this.#engine.get(id);
    const { workflow } = await run.describe();
    if (!this.#may(permission, workflow) && !this.#may("runs:read", workflow)) throw new NotFoundError("run", id);
    await this.#allowed(permission, workflow, action?.(workflow));
    return run;
  }

  async shown(run: RunHandle): Promise<CallToolResult> {
    const { workflow, status, outcome } = await run.describe();
    const body: Record<string, unknown> = { run: run.id, workflow, status, outcome };
    if (status === "completed") body.result = wire(await run.result());
    else if (ended.has(status)) body.error = await run.result().then(String, (error: Error) => error.message);
    else {
      const open = (await run.holds()).filter((hold) => hold.status === "open");
      body.waitsForDecisions = open.map(({ id, title, severity }) => ({ hold: id, title, severity }));
    }
    return { content: [{ type: "text", text: JSON.stringify(body) }], structuredContent: body };
  }

  #may(permission: McpRunPermission, workflow: string): boolean {
    return this.#runs.may?.(permission, workflow) ?? true;
  }

  async #allowed(permission: McpRunPermission, workflow: string, action?: McpRunAction): Promise<void> {
    if (this.#may(permission, workflow)) return;
    if (action)
      await this.#runs.audit?.({ ...action, outcome: "refused", code: "NOT_ALLOWED", before: null, after: null });
    throw new NotAllowedError(`${permission} for "${workflow}" is not among your permissions`);
  }

  /** In the audit log before it is done, and again with how the run stands then. */
  async #audited(
    action: McpRunAction,
    before: Standing | null,
    work: () => Promise<RunHandle>,
  ): Promise<CallToolResult> {
    const note = (outcome: "asked" | "done" | "failed", code: string | null, after: Standing | null) =>
      this.#runs.audit?.({ ...action, outcome, code, before, after });
    await note("asked", null, null);
    try {
      const run = await work();
      await note("done", null, await stands(run));
      return this.shown(run);
    } catch (error) {
      await note("failed", (error as { code?: string }).code ?? "INTERNAL", null);
      throw error;
    }
  }
}

const stands = async (run: RunHandle): Promise<Standing> => standing("run", { ...wire(await run.describe()) });
