import { page } from "../links/page.ts";
import { html } from "../render/escape.ts";

/** What somebody who is not signed in is told, and how they may sign in. */
export interface SignInPage {
  /** Where the form is sent to. */
  action: string;
  /** Where they go afterwards: a path of this server. */
  returnTo: string;
  /** With a name and a password of a local account. */
  local: boolean;
  /** The address of a provider's sign-in, return path included; null without one. */
  provider: string | null;
  /** Why the last attempt failed, and under which name it was made. */
  problem?: string;
  name?: string;
}

/** The page on which people sign in to the inbox; without a way to do so it says that there is none. */
export function signInPage({ action, returnTo, local, provider, problem, name = "" }: SignInPage): Response {
  const wrong = problem === undefined ? "" : `<div class="error" role="alert"><p>${html(problem)}</p></div>`;
  const withProvider =
    provider === null ? "" : `<p><a href="${html(provider)}">Sign in with your organisation's account</a></p>`;
  const form = local
    ? `<form method="post" action="${html(action)}" aria-label="Sign in">
<input type="hidden" name="return" value="${html(returnTo)}">
<div class="field"><label for="name">Name</label><input id="name" name="name" autocomplete="username" maxlength="200" required value="${html(name)}"></div>
<div class="field"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required></div>
<div class="field"><label for="code">Code <span class="soft">(if you have set one up)</span></label><input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="20"></div>
<div class="buttons"><button>Sign in</button></div>
</form>`
    : "";
  const nothing =
    local || provider !== null
      ? ""
      : "<p>This server has no way to sign in with a browser. Whoever runs it sets one up: see docs/sign-in.md.</p>";
  const status = problem === undefined ? 401 : 422;
  return page(status, "Sign in", `<h1>Sign in</h1>\n${wrong}${withProvider}${form}${nothing}`, {
    // A form says where it comes from, or it is not taken.
    "referrer-policy": "same-origin",
  });
}
