import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RequestError, UnauthenticatedError } from "../http/errors.ts";
import type { Caller, Principal } from "./principal.ts";
import { RightsWatch } from "./rights-watch.ts";

const ana: Principal = { id: "ana", namespace: "default", roles: ["operator"] };
const everyMs = 3000;
const caller: Caller = { address: "192.0.2.1" };

let asked: [Request, Caller][];
let answer: () => Promise<Principal>;
let complaints: number;
let watch: RightsWatch;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  complaints = 0;
  answer = async () => ana;
  watch = new RightsWatch({
    ask: (...request) => {
      asked.push(request);
      return answer();
    },
    everyMs,
    onError: () => complaints++,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const request = (headers: Record<string, string> = {}, path = "/api/v1/events") =>
  new Request(`http://localhost${path}`, { headers: { authorization: "Bearer hp_a", ...headers } });
const follow = (sent = request(), principal = ana) => watch.follow({ request: sent, caller, principal });
const rounds = (count: number) => vi.advanceTimersByTimeAsync(count * everyMs);

test("all streams of one key cost one look together, whatever each follows, and those of other keys one of theirs", async () => {
  for (let n = 0; n < 100; n++) follow(request({ "last-event-id": String(n) }, `/api/v1/runs/r${n}/events`));
  follow(request({ authorization: "Bearer hp_b" }));
  follow(request({ "x-forwarded-user": "ben" }));
  await rounds(2);
  expect(asked.map(([{ headers }]) => [headers.get("authorization"), headers.get("x-forwarded-user")])).toEqual(
    Array(2)
      .fill([
        ["Bearer hp_a", null],
        ["Bearer hp_b", null],
        ["Bearer hp_a", "ben"],
      ])
      .flat(),
  );
  expect(asked[0]?.[1]).toEqual({ ...caller, follows: true });
});

test("who shows no key and no cookie may be known by the URL: each has a look of its own", async () => {
  for (const token of ["a", "b"]) {
    const sent = new Request(`http://localhost/api/v1/events?token=${token}`);
    follow(sent);
  }
  await rounds(1);
  expect(asked.map(([{ url }]) => new URL(url).search)).toEqual(["?token=a", "?token=b"]);
});

test("with nothing followed nothing is looked at", async () => {
  const [one, two] = [follow(), follow()];
  one.leave();
  one.leave();
  await rounds(1);
  expect(asked).toHaveLength(1);
  two.leave();
  await rounds(10);
  expect(asked).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test.each<[string, () => Promise<Principal>]>([
  ["is known no more", () => Promise.reject(new UnauthenticatedError("this key was revoked"))],
  ["is in a tenant that is no more", () => Promise.reject(new RequestError(403, "FORBIDDEN", "no tenant"))],
  ["has another role", async () => ({ ...ana, roles: ["viewer"] })],
  ["has a role for other workflows", async () => ({ ...ana, workflows: ["refund"] })],
  ["is somebody else", async () => ({ ...ana, id: "ben" })],
])("who %s follows no longer", async (_, next) => {
  const { over } = follow();
  await rounds(2);
  expect(over.aborted).toBe(false);
  answer = next;
  await rounds(1);
  expect(over.aborted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("what gives and takes no right ends nothing", async () => {
  const { over } = follow();
  answer = async () => ({ ...ana, groups: ["finance"] });
  await rounds(3);
  expect(over.aborted).toBe(false);
});

test("a store that does not answer ends nothing for a minute, and is told of once", async () => {
  const { over } = follow();
  answer = () => Promise.reject(new Error("the store is away"));
  await rounds(19);
  expect([over.aborted, complaints]).toEqual([false, 1]);
  answer = async () => ana;
  await rounds(1);
  answer = () => Promise.reject(new Error("the store is away"));
  await rounds(19);
  expect([over.aborted, complaints]).toEqual([false, 2]);
  await rounds(1);
  expect(over.aborted).toBe(true);
});

test("a look that never answers keeps nobody else from being looked at, and is no right for ever", async () => {
  const hung = follow(request({ authorization: "Bearer hp_hung" }));
  const other = follow();
  answer = () =>
    asked.at(-1)?.[0].headers.get("authorization") === "Bearer hp_hung"
      ? new Promise(() => {})
      : Promise.reject(new UnauthenticatedError("this key was revoked"));
  await rounds(1);
  expect([hung.over.aborted, other.over.aborted]).toEqual([false, true]);
  await rounds(60);
  expect(hung.over.aborted).toBe(true);
});
