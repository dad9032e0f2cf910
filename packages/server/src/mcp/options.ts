import type { Engine } from "@holdpoint/core";
import type { AuthInfo } from "@modelcontextprotocol/server";
import type { Standing } from "../audit/audit-line.ts";

/** A decision through MCP, for an audit log: before it is recorded, and again with what became of it. */
export interface McpDecision {
  /** Who decides. */
  person: string;
  /** The hold's id. */
  hold: string;
  outcome: "asked" | "done" | "refused" | "failed";
  /** Why it was refused, or failed; null otherwise. */
  code: string | null;
}

/** What the tools for runs ask for, workflow by workflow. */
export type McpRunPermission = "runs:read" | "runs:start" | "runs:control";

/** Something that was done with a run through MCP. */
export interface McpRunAction {
  person: string;
  action: "start" | "cancel";
  workflow: string;
  run: string;
}

/** The tools that start workflows, show runs and cancel them. */
export interface McpRuns {
  /** Whether this person may do so with runs of this workflow. Default: yes. */
  may?: (permission: McpRunPermission, workflow: string) => boolean;
  /** Keeps what was done, and by whom, with digests of how the run stood. What it refuses to keep is not done. */
  audit?: (
    action: McpRunAction & {
      outcome: McpDecision["outcome"];
      code: string | null;
      before: Standing | null;
      after: Standing | null;
    },
  ) => Promise<void>;
}

/** Whom an MCP server speaks for, and how people decide through it. */
export interface McpInboxOptions {
  engine: Engine;
  /**
   * Who is at the other end: a name by your configuration (stdio: the process of one person), or what the transport's authentication says; null for
   * nobody, who may do nothing.
   */
  person: string | ((auth: AuthInfo | undefined) => string | null);
  /** At least 32 characters nobody can guess, the same after a restart and on every server: seals what a client carries between question and answer. */
  secret: string;
  /** Where the inbox is, as browsers see it (`https://holds.example.com/inbox`): for high and critical holds, and forms that no dialog has. */
  inboxUrl?: string;
  /**
   * Where an answer comes from. `person` (default): from the person, whom the client asks; the model at the other end cannot give one. `caller`: from the
   * arguments of the call, for clients that are no model.
   */
  answers?: "person" | "caller";
  /** Whether declining the question rejects an approval. Default false: it decides nothing. */
  declineRejects?: boolean;
  /** Offers tools that start workflows, show runs and cancel them. Default: none, a model can start nothing. */
  runs?: McpRuns;
  /** Whether the tools for holds are offered. Default true. */
  holds?: boolean;
  /** Keeps what was decided, and by whom. What it refuses to keep is not decided. */
  audit?: (decision: McpDecision) => Promise<void>;
}
