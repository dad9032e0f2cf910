import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import { permission as permissions } from "@holdpoint/client/contract";
import { RequestError } from "../http/errors.ts";
import type { Caller, Principal } from "./principal.ts";
import { reachOf } from "./reach.ts";

/** Who follows something, and the request that said so. */
export interface Follower {
  request: Request;
  caller: Caller;
  principal: Principal;
}

/** What those have in common who follow with the same key or session. */
interface Watched {
  follower: Follower;
  /** What they might do when they came. */
  rights: string;
  over: AbortController;
  streams: number;
  /** So many looks in a row said nothing, because something failed. */
  unanswered: number;
}

/** How the rights of those who follow are looked at. */
export interface RightsWatchOptions {
  /** Who sends a request, as things stand now. Throws `RequestError` for nobody. */
  ask: (request: Request, caller: Caller) => Promise<Principal>;
  /** How long after one look the next one comes, in ms. */
  everyMs: number;
  onError: (error: unknown) => void;
}

/** So many are asked about at once. */
const together = 16;
/** A look that takes longer has failed, in ms. */
const longestLookMs = 5_000;
/** After so many looks that failed nobody knows any more whether they may: then it ends, too. */
const mostUnanswered = 20;
/** What is of one request alone, and says of nobody who it is. */
const ofRequest =
  /^(last-event-id|x-request-id|traceparent|tracestate|baggage|accept.*|cache-control|pragma|if-.*|range|content-.*)$/;

/**
 * Ends what is followed once whoever follows it has other rights than when they came: the key was revoked or has expired, the session was ended, the account closed, a
 * role given or taken. They come back, and get what they may see by then, or are refused. Keys, sessions and roles are read from the store, so it does not matter
 * on which server they were changed. All streams of one key or session cost one look together; with no stream open there is none.
 *
 * @example
 * const { over, leave } = watch.follow({ request, caller, principal });
 * over.addEventListener("abort", () => stream.close());
 */
export class RightsWatch {
  private readonly options: RightsWatchOptions;
  private readonly watched = new Map<string, Watched>();
  private timer: NodeJS.Timeout | null = null;

  constructor(options: RightsWatchOptions) {
    this.options = options;
  }

  /** @returns a signal that their rights are not what they were, and what says that they follow no longer */
  follow(follower: Follower): { over: AbortSignal; leave: () => void } {
    const rights = rightsOf(follower.principal);
    const key = `${credentialOf(follower)} ${rights}`;
    const watched = this.watched.get(key) ?? this.begin(key, follower, rights);
    watched.streams++;
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      if (--watched.streams > 0) return;
      if (this.watched.get(key) === watched) this.watched.delete(key);
      this.rest();
    };
    return { over: watched.over.signal, leave };
  }

  /** Looks at everybody who follows, once. */
  async look(): Promise<void> {
    const next = this.watched.entries();
    const lookAtSome = async (): Promise<void> => {
      for (const [key, watched] of next) await this.lookAt(key, watched);
    };
    await Promise.all(Array.from({ length: together }, lookAtSome));
  }

  private begin(key: string, { request, caller, principal }: Follower, rights: string): Watched {
    const over = new AbortController();
    // Every stream of theirs listens for it.
    setMaxListeners(0, over.signal);
    // The request itself ends with its connection, and its body is nobody's business.
    const copy = new Request(request.url, { headers: request.headers });
    const follower = { request: copy, caller: { ...caller, follows: true }, principal };
    const watched = { follower, rights, over, streams: 0, unanswered: 0 };
    this.watched.set(key, watched);
    this.soon();
    return watched;
  }

  private async lookAt(key: string, watched: Watched): Promise<void> {
    const may = await this.stillMay(watched);
    if (may) return;
    if (this.watched.get(key) === watched) this.watched.delete(key);
    this.rest();
    watched.over.abort();
  }

  private async stillMay(watched: Watched): Promise<boolean> {
    const { request, caller } = watched.follower;
    try {
      const principal = await withinTime(this.options.ask(request, caller));
      watched.unanswered = 0;
      return rightsOf(principal) === watched.rights;
    } catch (error) {
      if (error instanceof RequestError && error.status < 500) return false;
      if (watched.unanswered++ === 0) this.options.onError(error);
      return watched.unanswered < mostUnanswered;
    }
  }

  private soon(): void {
    if (this.timer !== null) return;
    this.timer = setTimeout(() => {
      void this.look().finally(() => {
        this.timer = null;
        if (this.watched.size > 0) this.soon();
      });
    }, this.options.everyMs);
    this.timer.unref();
  }

  private rest(): void {
    if (this.watched.size > 0 || this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
  }
}

async function withinTime<T>(look: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("nothing says who it is")), longestLookMs);
  timer.unref();
  return Promise.race([look, late.promise]).finally(() => clearTimeout(timer));
}

/** All somebody may do, and as whom: two of the same text have the same rights. */
function rightsOf(principal: Principal): string {
  const { namespace, id } = principal;
  return JSON.stringify([namespace, id, permissions.options.map((one) => reachOf(principal, one))]);
}

/**
 * What a request says of who sends it, as a digest. A key or a cookie says it wherever the request goes to; without one, whatever `authenticate` looks at may be in
 * the URL, too.
 */
function credentialOf({ request, caller, principal }: Follower): string {
  const headers = [...request.headers].filter(([name]) => !ofRequest.test(name));
  const hasCredential = request.headers.has("authorization") || request.headers.has("cookie");
  const place = hasCredential ? "" : request.url;
  const said = JSON.stringify([principal.namespace, principal.id, caller.address, headers, place]);
  return createHash("sha256").update(said).digest("base64url");
}
