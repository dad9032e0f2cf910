import { signInPage } from "@holdpoint/channels";
import { RequestError } from "../http/errors.ts";
import { readTextBody } from "../http/read-body.ts";
import type { BrowserSignIn } from "../sign-in/browser.ts";
import { returnPath } from "../sign-in/return-path.ts";
import type { Source } from "../sign-in/source.ts";
import type { InboxCall } from "./serve-inbox.ts";

const signInPath = (path: string): string => `${path}/sign-in`;

/** Whether a request is for the form itself. */
export const hasSignInPath = (request: Request, path: string): boolean =>
  new URL(request.url).pathname === signInPath(path);

/** Asks somebody to sign in: at the provider at once where that is the only way, otherwise on a page. */
export function showSignIn(signIn: BrowserSignIn | null, request: Request, path: string): Response {
  const { pathname, search } = new URL(request.url);
  const returnTo = request.method === "GET" ? returnPath(`${pathname}${search}`, [path]) : path;
  const provider = providerOf(signIn, returnTo);
  if (provider !== null && signIn?.local === null && request.method === "GET")
    return new Response(null, { status: 303, headers: { location: provider, "cache-control": "no-store" } });
  return signInPage({ action: signInPath(path), returnTo, local: (signIn?.local ?? null) !== null, provider });
}

/** Why a sign-in with a provider failed, for people; `failurePath` of `signIn` leads here with the code. */
const problems: Readonly<Record<string, string>> = {
  NO_ACCESS: "You are known, but none of your groups may do anything here. Ask an administrator.",
  SIGN_IN_FAILED: "Signing in did not work. Please begin again.",
  SIGN_IN_REFUSED: "You were not signed in: the provider or you yourself refused.",
  PROVIDER_UNREACHABLE: "The provider cannot be reached. Please try again in a while.",
};

/** Takes a name and a password, and leads to where somebody wanted to go. */
export async function takeSignIn(
  signIn: BrowserSignIn,
  request: Request,
  { path, source }: InboxCall & { source: Source },
): Promise<Response> {
  const shown = { action: signInPath(path), local: signIn.local !== null };
  if (request.method !== "POST" || signIn.local === null) {
    const code = new URL(request.url).searchParams.get("problem") ?? "";
    const problem = Object.hasOwn(problems, code) ? problems[code] : undefined;
    const provider = providerOf(signIn, path);
    return signInPage({ ...shown, returnTo: path, provider, ...(problem === undefined ? {} : { problem }) });
  }
  const sent = new URLSearchParams(await readTextBody(request, { size: 16_384, timeMs: 10_000 }));
  const returnTo = returnPath(sent.get("return"), [path]);
  const name = sent.get("name") ?? "";
  const code = sent.get("code")?.trim();
  try {
    const credentials = { name, password: sent.get("password") ?? "", ...(code ? { code } : {}) };
    const cookie = await signIn.local(request, credentials, source);
    return new Response(null, {
      status: 303,
      headers: { location: returnTo, "set-cookie": cookie, "cache-control": "no-store" },
    });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const problem = `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
    return signInPage({ ...shown, returnTo, provider: providerOf(signIn, returnTo), problem, name });
  }
}

const providerOf = (signIn: BrowserSignIn | null, returnTo: string): string | null =>
  signIn?.providerPath ? `${signIn.providerPath}?return=${encodeURIComponent(returnTo)}` : null;
