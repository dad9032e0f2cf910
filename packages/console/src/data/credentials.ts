// What signs this tab's requests. A key that somebody typed is kept for this tab alone and goes with it; a session's cookie is the
// browser's, and its token against forged requests is kept here only while the page lives.

const storedAs = "holdpoint.key";

let csrfToken: string | null = null;

/** The API key that was typed in this tab; null without one. */
export const typedKey = (): string | null => sessionStorage.getItem(storedAs);

export function keepKey(key: string | null): void {
  if (key === null) sessionStorage.removeItem(storedAs);
  else sessionStorage.setItem(storedAs, key);
}

/** The session's token, to be sent with everything that changes something. */
export function keepCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** The headers that say who asks. */
export function credentialHeaders(): Record<string, string> {
  const key = typedKey();
  return {
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...(csrfToken === null ? {} : { "x-csrf-token": csrfToken }),
  };
}
