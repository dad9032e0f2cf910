import { lookup as lookUp } from "node:dns";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { DeliveryError } from "../errors.ts";
import { type AddressGuard, addressGuard } from "./address-guard.ts";

/** Where requests may go, and how long they may take. */
export interface HttpOptions {
  /** Private or local addresses and networks that are meant: `["10.1.0.0/16"]`. All others are refused. Default: none. */
  allow?: readonly string[];
  /** Also send over plain `http:`. Default false. */
  insecure?: boolean;
  /** How long one request may take, in ms. Default 10,000. */
  timeoutMs?: number;
  /** For tests: how names become addresses. Default: the system's. */
  lookup?: typeof lookUp;
}

/** What a receiver said: its status, and the beginning of its body. */
export interface HttpAnswer {
  status: number;
  body: string;
}

/** As much of an answer as is read. */
const answerLimit = 16 * 1024;

/**
 * Sends requests to addresses that users configure. The name is looked up once, every address it has is checked, and the connection
 * is made to what was checked: a name that changes its mind in between (DNS rebinding) leads nowhere else. Redirects are not followed.
 */
export class HttpSender {
  private readonly guard: AddressGuard;
  private readonly options: HttpOptions;

  constructor(options: HttpOptions = {}) {
    this.options = options;
    this.guard = addressGuard(options.allow);
  }

  /**
   * @throws DeliveryError the target is refused (hopeless), could not be reached, took too long, or answered other than with 2xx
   */
  async send(
    method: "POST" | "DELETE",
    target: string | URL,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> {
    const url = this.check(target);
    const limit = AbortSignal.timeout(this.options.timeoutMs ?? 10_000);
    const answer = await this.exchange(method, url, body, headers, signal ? AbortSignal.any([limit, signal]) : limit);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new DeliveryError(
      `${url.host} answered ${answer.status}${answer.body ? `: ${answer.body.slice(0, 200)}` : ""}`,
      {
        status: answer.status,
        target: url.host,
        hopeless: isHopeless(answer.status),
        retryAfterMs: retryAfterOf(answer.retryAfter, Date.now()),
      },
    );
  }

  /**
   * What can be said of a target before its name is looked up.
   *
   * @throws DeliveryError it is no URL, not `https:`, has a password in it, or is an address that is not allowed
   */
  check(target: string | URL): URL {
    let url: URL;
    try {
      url = new URL(target);
    } catch {
      throw new DeliveryError("the target is no URL", { hopeless: true });
    }
    const schemes = this.options.insecure ? ["https:", "http:"] : ["https:"];
    if (!schemes.includes(url.protocol))
      throw new DeliveryError(`${url.host} must be reached over https`, { hopeless: true, target: url.host });
    if (url.username || url.password)
      throw new DeliveryError(`${url.host}: a URL must not carry a password`, { hopeless: true, target: url.host });
    // The system never looks up what is an address already.
    const literal = url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(literal) && !this.guard(literal)) throw refusal(url.host, literal);
    return url;
  }

  /** Looks a name up, and gives only what was checked. */
  private readonly lookup: LookupFunction = (hostname, options, callback) => {
    (this.options.lookup ?? lookUp)(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "", 0);
      // One address that leads inside spoils all: which one a client takes is not the receiver's to choose.
      const bad = found.find(({ address }) => !this.guard(address));
      if (bad) return callback(refusal(hostname, bad.address), "", 0);
      if (options.all) return callback(null, found);
      const [first] = found;
      if (!first) return callback(new DeliveryError(`${hostname} has no address`), "", 0);
      callback(null, first.address, first.family);
    });
  };

  private exchange(
    method: string,
    url: URL,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpAnswer & { retryAfter: string | undefined }> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer & { retryAfter: string | undefined }>();
    const fail = (error: Error): void =>
      reject(
        error instanceof DeliveryError
          ? error
          : new DeliveryError(
              `${url.host} could not be reached: ${reasonOf(error, signal)}`,
              { target: url.host },
              { cause: error },
            ),
      );
    const make = url.protocol === "https:" ? tlsRequest : plainRequest;
    const bytes = Buffer.from(body, "utf8");
    const request = make(url, {
      method,
      // A connection of its own: one that is kept open would not be checked again.
      agent: false,
      lookup: this.lookup,
      signal,
      headers: { "user-agent": "holdpoint", ...headers, "content-length": String(bytes.length) },
    });
    let answer: IncomingMessage | null = null;
    request.once("response", (response) => {
      answer = response;
      let text = "";
      const answered = (): void =>
        resolve({
          status: response.statusCode ?? 0,
          body: text.slice(0, answerLimit),
          retryAfter: response.headers["retry-after"],
        });
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
        if (text.length > answerLimit) response.destroy();
      });
      response.once("error", fail);
      response.once("end", answered);
      response.once("close", answered);
    });
    // What is wrong with a connection once the answer is there (a second answer, a reset) is no concern of ours.
    request.on("error", (error) => {
      if (!answer?.complete) fail(error);
    });
    request.end(bytes);
    return promise;
  }
}

const refusal = (host: string, address: string): DeliveryError =>
  new DeliveryError(`${host} leads to ${address}, which is not allowed; name it in allow if it is meant`, {
    hopeless: true,
    target: host,
  });

const reasonOf = (error: Error, signal: AbortSignal): string =>
  signal.aborted ? "it took too long" : ((error as NodeJS.ErrnoException).code ?? error.message);

/** Redirects are refused like a wrong address; of the client errors a few may pass. */
function isHopeless(status: number): boolean {
  return status >= 300 && status < 500 && ![408, 409, 423, 425, 429].includes(status);
}

/** RFC 9110: seconds, or a date. At most a day. */
function retryAfterOf(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), 86_400_000);
}
