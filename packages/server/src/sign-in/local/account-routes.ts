import { RequestError, UnauthenticatedError } from "../../http/errors.ts";
import { readJsonBody } from "../../http/read-body.ts";
import { jsonAnswer, refusalAnswer } from "../answer.ts";
import type { Person } from "../person.ts";
import { returnPath } from "../return-path.ts";
import { checkCsrf, checkOwnPage } from "../session/csrf.ts";
import type { Sessions } from "../session/sessions.ts";
import { refusalTold, type Source, told } from "../source.ts";
import { accountName } from "./account.ts";
import type { Credentials, LocalAccounts } from "./accounts.ts";

/** What each path takes, all of it text. */
const fields = {
  "sign-in": { must: ["name", "password"], may: ["code", "return"] },
  accept: { must: ["token", "password"], may: [] },
  password: { must: ["password", "newPassword"], may: ["code"] },
  totp: { must: ["password"], may: ["code"] },
  "totp/confirm": { must: ["code"], may: [] },
  "totp/remove": { must: ["password", "code"], may: [] },
} as const;
type Action = keyof typeof fields;
type Fields = Record<string, string>;

/** A form is small, and whoever fills it in is waiting for the answer. */
const bodyLimits = { size: 16_384, depth: 4, timeMs: 10_000 };

/**
 * What people do with their own accounts, as `Request → Response`, to be mounted under `path` in any framework. All are `POST` with JSON, from a page of this server:
 * `/local/sign-in` (name, password, code, return), `/local/accept` (token, password); signed in and with the CSRF token: `/local/password` (password, newPassword, code),
 * `/local/totp` (password, code), `/local/totp/confirm` (code), `/local/totp/remove` (password, code). Null for every other path.
 *
 * @example
 * import { accountRoutes, localAccounts, sessions } from "@holdpoint/server";
 * const people = sessions({ engine, origin: "https://holdpoint.example.com" });
 * const accounts = localAccounts({ engine, sessions: people, secret: "at least 32 characters nobody can guess" });
 * const own = accountRoutes(accounts, { sessions: people, path: "/auth", returnPaths: ["/"] });
 */
export function accountRoutes(
  accounts: LocalAccounts,
  options: { sessions: Sessions; path?: string; returnPaths?: readonly string[] },
): (request: Request, from?: Source) => Promise<Response | null> {
  const { sessions, path = "/auth", returnPaths = ["/"] } = options;
  return async (request, from = {}) => {
    const { pathname } = new URL(request.url);
    const action = pathname.startsWith(`${path}/local/`) ? pathname.slice(path.length + "/local/".length) : "";
    if (request.method !== "POST" || !Object.hasOwn(fields, action)) return null;
    try {
      checkOwnPage(request, sessions.origin);
      const body = await readFields(request, action as Action);
      if (action === "accept") {
        await accept(accounts, body, from);
        return jsonAnswer({});
      }
      if (action === "sign-in") {
        const person = await signInTold(accounts, credentialsOf(body.name ?? "", body), from);
        const cookie = await sessions.begin(person, request, from);
        return jsonAnswer({ person, returnTo: returnPath(body.return ?? null, returnPaths) }, 200, [cookie]);
      }
      return await own(accounts, sessions, action as Action, request, body, from);
    } catch (error) {
      return refusalAnswer(error);
    }
  };
}

/** Sets the password that an invitation is for. */
async function accept(accounts: LocalAccounts, { token = "", password = "" }: Fields, from: Source): Promise<void> {
  const invited = await accounts.invited(token);
  const person = invited && { id: invited.person.id, namespace: invited.person.namespace };
  const doing = { action: "account.accept", person, target: invited ? { account: invited.name } : {} };
  if (invited === null) return refusalTold(from, doing, () => accounts.accept(token, password));
  return told(from, doing, () => accounts.accept(token, password));
}

/** Nobody is signed in before that is written down. A name that nobody has is written nowhere: it may be a password. */
export async function signInTold(accounts: LocalAccounts, credentials: Credentials, from: Source): Promise<Person> {
  const action = "session.sign-in";
  try {
    const person = await accounts.signIn(credentials, from);
    const target = { account: accountName(credentials.name) };
    await from.tell?.({ action, outcome: "done", person, code: null, target });
    return person;
  } catch (error) {
    if (error instanceof RequestError && from.tell) {
      const known = await accounts.find(credentials.name);
      const person = known && { id: known.person.id, namespace: known.person.namespace };
      const target = known ? { account: known.name } : {};
      await from.tell({ action, outcome: "refused", person, code: error.code, target });
    }
    throw error;
  }
}

/** What somebody who is signed in does with their account; they type their password again for it. */
async function own(
  accounts: LocalAccounts,
  sessions: Sessions,
  action: Action,
  request: Request,
  body: Fields,
  from: Source,
): Promise<Response> {
  const session = await sessions.of(request);
  const name = session && (/^local:(.+)$/.exec(session.person.via)?.[1] ?? null);
  if (session === null || name === null) throw new UnauthenticatedError("sign in to your local account first");
  const { person } = session;
  const doing = { action: `account.${action.replace("/", "-")}`, person, target: { account: name } };
  await refusalTold(from, doing, async () => checkCsrf(request, session.secret, sessions.origin));
  return told(from, doing, async () => {
    const credentials = credentialsOf(name, body);
    switch (action) {
      case "password":
        await accounts.changePassword(credentials, body.newPassword ?? "", { ...from, session: session.id });
        return jsonAnswer({});
      case "totp":
        return jsonAnswer(await accounts.beginTotp(credentials, from));
      case "totp/confirm":
        await accounts.confirmTotp(name, body.code ?? "", from);
        return jsonAnswer({});
      default:
        await accounts.removeTotp(credentials, from);
        return jsonAnswer({});
    }
  });
}

function credentialsOf(name: string, { password = "", code }: Fields): Credentials {
  return { name, password, ...(code === undefined ? {} : { code }) };
}

async function readFields(request: Request, action: Action): Promise<Fields> {
  // JSON only: what a form of another site cannot send.
  const body = await readJsonBody(request, bodyLimits);
  const { must, may } = fields[action];
  const wanted: readonly string[] = [...must, ...may];
  const entries = typeof body === "object" && body !== null ? Object.entries(body as Record<string, unknown>) : [];
  const wrong =
    entries.find(([key, value]) => !wanted.includes(key) || typeof value !== "string")?.[0] ??
    must.find((key) => !entries.some(([sent]) => sent === key));
  if (wrong === undefined) return Object.fromEntries(entries) as Fields;
  const perhaps = may.length > 0 ? `, perhaps ${may.join(", ")}` : "";
  throw new RequestError(
    422,
    "VALIDATION",
    `body.${wrong.slice(0, 40)}: send ${must.join(", ")}${perhaps}, each a text`,
  );
}
