import type { AuditLine, AuditOutcome } from "./audit-line.ts";

/** Which lines of an audit log; everything that is given must hold. Times are milliseconds since 1970. */
export interface AuditFilter {
  /** Who asked. */
  by?: string;
  /** What for: `runs.cancel`, or all that begins so, as in `runs.*`. */
  action?: string;
  /** An id that the call was about: of a run, a hold, a key, an account. */
  target?: string;
  outcome?: readonly AuditOutcome[];
  /** Lines from this time on. */
  from?: number;
  /** Lines before this time. */
  until?: number;
}

/** Whether a line fits everything but the times, which the store looks at. */
export function fits(line: AuditLine, { by, action, target, outcome }: AuditFilter): boolean {
  if (by !== undefined && line.by !== by) return false;
  if (action !== undefined && !isAction(line.action, action)) return false;
  if (outcome !== undefined && outcome.length > 0 && !outcome.includes(line.outcome)) return false;
  return target === undefined || names(line.target, target);
}

function isAction(action: string, wanted: string): boolean {
  return wanted.endsWith("*") ? action.startsWith(wanted.slice(0, -1)) : action === wanted;
}

function names(target: Record<string, unknown>, id: string): boolean {
  return Object.values(target).some((one) => (Array.isArray(one) ? one.includes(id) : one === id));
}
