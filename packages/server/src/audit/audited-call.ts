import type { RouteName } from "@holdpoint/client/contract";
import { problemOf } from "../http/problem.ts";
import { type AuditEntry, auditEntry, type Standing } from "./audit-line.ts";
import { auditLine } from "./audit-log.ts";
import { type Shown, type Subject, standing, standingAfter, standingOf, standingOfRun } from "./standing.ts";

/** A call that changes something, or would have. */
export interface AuditedCall {
  name: RouteName;
  subject: Subject;
  body: unknown;
  address: string | null;
  requestId: string;
}

/** A line of this call. */
function lineOf(
  { name, subject, body, address, requestId }: AuditedCall,
  said: Pick<AuditEntry, "outcome"> & Partial<AuditEntry>,
): AuditEntry {
  const target = targetOf(name, subject.params, body);
  return auditEntry({ by: subject.principal.id, action: name, target, address, requestId, ...said });
}

/** Writes down that somebody known was refused before anything was looked at. */
export function auditRefused(call: AuditedCall, code: string): Promise<void> {
  const { server, engine } = call.subject;
  return server.audit(engine, lineOf(call, { outcome: "refused", code }));
}

/** What to say of a run that a call makes, in the transaction that makes it, of the run as it is shown and of that as JSON; undefined where nothing is audited. */
export function lineOfStart(
  call: AuditedCall,
): ((run: Shown, json: string) => { log: string; body: string }) | undefined {
  const { server } = call.subject;
  if (!server.auditing) return undefined;
  return (run, json) => auditLine(lineOf(call, { outcome: "done", after: standingOfRun(run, json) }));
}

/**
 * Does what a start asks for. A run that it makes has its line in its own transaction (`lineOfStart`): one is not there without the other. Whatever else becomes of
 * it has changed nothing, and has its line afterwards.
 */
export async function auditedStart<T>(
  call: AuditedCall,
  work: () => Promise<T>,
  foundOf: (reply: T) => Shown | null,
): Promise<T> {
  const { server, engine } = call.subject;
  const reply = await refusalAudited(call, null, work);
  const found = foundOf(reply);
  if (found !== null) await server.audit(engine, lineOf(call, { outcome: "done", after: standing("run", found) }));
  return reply;
}

/**
 * Does what a call asks for between two lines: that it was asked, with what it is about as it stood, before anything is done; and what became of it, with how that
 * stands then. What cannot be written down is not done.
 */
export async function audited<T>(call: AuditedCall, work: () => Promise<T>, bodyOf: (reply: T) => unknown): Promise<T> {
  const { server, engine } = call.subject;
  const before = await standingOf(call.subject);
  await server.audit(engine, lineOf(call, { outcome: "asked", before }));
  const reply = await refusalAudited(call, before, work);
  const after: Standing | null = await standingAfter(call.name, call.subject, bodyOf(reply));
  await server.audit(engine, lineOf(call, { outcome: "done", before, after }));
  return reply;
}

/** Writes down that it was refused, or failed. */
async function refusalAudited<T>(call: AuditedCall, before: Standing | null, work: () => Promise<T>): Promise<T> {
  const { server, engine } = call.subject;
  try {
    return await work();
  } catch (error) {
    const { status, code } = problemOf(error, call.requestId);
    const outcome = status < 500 ? "refused" : "failed";
    const line = server.audit(engine, lineOf(call, { outcome, code, before }));
    // Where the store is gone, the reason the caller is given is the first one.
    await line.catch((lost: unknown) =>
      server.log.warn({ error: lost }, "what became of a call is not in the audit log"),
    );
    throw error;
  }
}

/** The steps of a dry run whose code it executes: all else in it leaves no trace. */
function executedSteps(body: unknown): string[] {
  const { steps = {} } = (body ?? {}) as { steps?: Record<string, { use?: string }> };
  return Object.keys(steps)
    .filter((id) => steps[id]?.use === "code")
    .slice(0, 100);
}

/** Of what it is: the parts of the path, and the ids of what is to be made or done. Nothing else that was sent is kept for ever. */
function targetOf(name: RouteName, params: Readonly<Record<string, unknown>>, body: unknown): Record<string, unknown> {
  const sent = (body ?? {}) as { id?: unknown; event?: unknown; action?: unknown; holds?: { hold: string }[] };
  if (name === "pipelines.dryRun") return { executes: executedSteps(body) };
  if (name === "holds.decideMany") return { holds: sent.holds?.map(({ hold }) => hold) ?? [] };
  const named = { id: sent.id, event: sent.event, action: sent.action };
  const texts = Object.entries(named).filter(([, value]) => typeof value === "string");
  const path = Object.entries(params).map(([part, value]) => [
    part,
    typeof value === "string" ? value.slice(0, 256) : value,
  ]);
  return Object.fromEntries([...path, ...texts]);
}
