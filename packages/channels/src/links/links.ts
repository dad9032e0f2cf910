import { type Duration, durationMs, type Hold, ValidationError } from "@holdpoint/core";
import { endOf } from "../notice/deadline.ts";
import { checkLinkSecret, type LinkClaims, mintToken, readToken } from "./token.ts";

/** Makes links by which one person decides one hold, and reads them. */
export interface DecisionLinks {
  /** A link for this person and hold. It ends with the hold, where its ladder says when that is. */
  mint(hold: Pick<Hold, "id"> & Partial<Pick<Hold, "deadline" | "progress">>, person: string): string;
  /** What a link stands for. Throws `InvalidTokenError`: it is not ours, was changed, or has expired. */
  read(url: string | URL): LinkClaims;
}

/** How links are made. */
export interface LinkOptions {
  /** Where the decision page is: `https://holds.example.com/decide`. */
  url: string;
  /** At least 32 characters nobody can guess; the first one signs. Others are accepted, while links of theirs are about. */
  secret: string | readonly string[];
  /** How long a link works, at most until the hold's deadline. Default "24h": a reminder brings a new one. */
  ttl?: Duration;
  /** For tests: the time. */
  now?: () => Date;
}

/**
 * Signed links. Who has one can decide as its person, so they go to that person alone, and not for long. A link by itself decides
 * nothing: it leads to a page with a button.
 *
 * @example
 * const links = decisionLinks({ url: "https://holds.example.com/decide", secret: process.env.LINK_SECRET ?? "" });
 */
export function decisionLinks(options: LinkOptions): DecisionLinks {
  const { now = () => new Date() } = options;
  const secrets = typeof options.secret === "string" ? [options.secret] : options.secret;
  const [first] = secrets;
  if (first === undefined) throw new ValidationError("links", [{ path: "secret", message: "must be given" }]);
  for (const secret of secrets) checkLinkSecret(secret);
  const ttlMs = durationMs(options.ttl ?? "24h", "ttl");
  const base = new URL(options.url);
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(base.hostname);
  if (base.protocol !== "https:" && !local)
    throw new ValidationError("links", [
      { path: "url", message: "must begin with https://: whoever reads a link on its way can decide" },
    ]);
  return {
    mint({ id, deadline, progress }, person) {
      const latest = now().getTime() + ttlMs;
      // A rung that reminds or escalates ends nothing: who was asked before it may decide after it.
      const end = deadline && progress ? endOf({ deadline, progress }) : null;
      const expiresAt = new Date(
        end === null ? latest : Math.min(latest, Math.max(end.getTime(), now().getTime() + 60_000)),
      );
      const url = new URL(base);
      url.searchParams.set("token", mintToken(first, { hold: id, person, expiresAt }));
      return url.href;
    },
    read: (url) => readToken(secrets, new URL(url).searchParams.get("token") ?? "", now()),
  };
}
