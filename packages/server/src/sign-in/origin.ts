import { ValidationError } from "@holdpoint/core";

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether a URL leads to this very machine, where plain HTTP is no risk. */
export function isLoopback({ hostname }: URL): boolean {
  return loopback.test(hostname);
}

/**
 * A URL as an option: HTTPS, or HTTP to this very machine.
 *
 * @throws ValidationError it is neither, or carries a name and password
 */
export function checkUrl(text: string, subject: string, path: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const fits = url && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url)));
  if (fits && url.username === "" && url.password === "") return url;
  throw new ValidationError(subject, [
    { path, message: "must be an https URL (http only for localhost), without a name and password in it" },
  ]);
}

/** Where browsers see this server: scheme, host and port. Throws `ValidationError` for anything else. */
export function checkOrigin(text: string, subject: string): URL {
  const url = checkUrl(text, subject, "origin");
  if (url.pathname === "/" && url.search === "" && url.hash === "") return url;
  throw new ValidationError(subject, [
    { path: "origin", message: "must be scheme, host and port only, as https://holdpoint.example.com" },
  ]);
}
