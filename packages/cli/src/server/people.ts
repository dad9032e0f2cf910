import type { Administrators, ApiKeys, LocalAccounts, LocalIssuer, Sessions } from "@holdpoint/server";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import { type BesideServer, besideServer, recorded } from "./beside-server.ts";
import { serverSecret } from "./server-secret.ts";
import { partOf } from "./sign-in-of.ts";

/** Who may do what on a project's server, straight in its store. */
export interface People {
  namespace: string;
  accounts: LocalAccounts;
  sessions: Sessions;
  issuer: LocalIssuer;
  keys: ApiKeys;
  administrators: Administrators;
  /** Does something between two lines of the audit log. */
  record<T>(action: string, target: Record<string, unknown>, work: () => Promise<T>): Promise<T>;
}

/** Given to every command about people: where their browsers see the server, and who does it. */
export interface PeopleOptions {
  url?: string;
  by?: string;
}

/**
 * Works with the people and machines of a project's server.
 *
 * @param what of the server it is, for the sentence that says it is not installed: "accounts"
 */
export function withPeople<T>(
  session: Session,
  what: string,
  options: PeopleOptions,
  work: (people: People) => Promise<T>,
): Promise<T> {
  return besideServer(session, what, (beside) => work(peopleOf(beside, options, session.by(options.by))));
}

function peopleOf(beside: BesideServer, { url }: PeopleOptions, by: string): People {
  const { server, engine, project } = beside;
  const secret = serverSecret(project);
  const { origin: own, port = 4400, signIn } = project.config.server ?? {};
  const origin = originOf(url ?? own ?? `http://localhost:${port}`);
  const sessions = server.sessions({ engine, origin });
  const accounts = server.localAccounts({ engine, sessions, secret, ...partOf(signIn?.accounts || true) });
  const issuer = server.localIssuer({
    ...{ engine, issuer: `${origin}/issuer`, audience: origin, secret },
    ...partOf(signIn?.issuer || true),
  });
  const keys: ApiKeys = server.apiKeys({ engine, secret });
  return {
    ...{ namespace: engine.namespace, accounts, sessions, issuer, keys },
    administrators: server.administrators({ engine, keys, accounts, issuer }),
    record: (action, target, work) => recorded(beside, { by, action, target }, work),
  };
}

/** @throws UsageError it is no address, or has a path */
function originOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && parsed.origin !== "null" && parsed.pathname === "/") return parsed.origin;
  throw new UsageError(`--url takes where browsers see the server, like https://holds.example.com, not "${url}"`);
}
