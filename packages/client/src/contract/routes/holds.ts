import { z } from "zod";
import { Hold, HoldCounts, HoldEvent, HoldPresence, HoldRecord, HoldStanding, holdStatus, severity } from "../hold.ts";
import { pageOf, pageQuery } from "../page.ts";
import { PolicyTrial, TriggerLesson, triedRules } from "../policy.ts";
import { Problem } from "../problem.ts";
import { route } from "../route.ts";
import { json, moment, prose, word } from "../text.ts";

const params = z.object({ hold: word() });
const tag = "Holds";
const nothing = z.strictObject({});
const hold = { 200: Hold };
/** How far back a question about the past may look: each hold and run of it is read and decoded for whoever asks. */
const lookback = (what: string): z.ZodOptional<z.ZodInt> =>
  z.int().min(1).max(2000).optional().describe(`so many of the newest ${what}, at most 2,000; 1,000 by default`);
const asRead = {
  revision: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe("of the hold as it was read"),
  evidenceHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe("of the hold as it was read"),
};

export const holdRoutes = {
  "holds.list": route({
    tag,
    summary: "List holds, newest first or by what is due",
    description:
      "The open ones by default. `inbox` leaves those that you may decide now. Of 500 holds those that fit are on a page: one of `inbox`, `text` or `tag` may come back with fewer, and a cursor.",
    permission: "holds:read",
    query: z.strictObject({
      status: z.array(holdStatus).max(6).optional(),
      run: word().optional(),
      workflow: word(128).optional(),
      name: word(1024).optional(),
      severity: z.array(severity).max(4).optional(),
      origin: z.enum(["author", "operator"]).optional(),
      dueBefore: moment.optional(),
      inbox: z.boolean().optional(),
      only: z
        .enum(["groups", "unclaimed", "escalated", "delegated"])
        .optional()
        .describe(
          "of the inbox: what is yours because of a group, what nobody has taken, what has been escalated; or instead of it what you have handed over and is still open",
        ),
      unvoted: z.boolean().optional().describe("of the inbox: without what you have voted on"),
      text: word().optional().describe("words that stand in its title, consequence, name, workflow, run or tags"),
      tag: word().optional(),
      order: z
        .enum(["newest", "due"])
        .optional()
        .describe("`due`: by when its deadline acts next, then by severity and age"),
      ...pageQuery,
    }),
    success: { 200: pageOf(Hold) },
  }),
  "holds.decideMany": route({
    tag,
    summary: "Decide many holds with one answer",
    description:
      "Each by its own rules; what is refused leaves the others alone. Critical ones are refused, high ones must be given as they were read.",
    permission: "holds:decide",
    body: z
      .strictObject({
        holds: z
          .array(z.strictObject({ hold: word(), ...asRead }))
          .min(1)
          .max(1000),
        answer: json,
        note: prose().describe("one reason for all of them"),
        option: word(1024).optional(),
        each: z
          .record(
            word(),
            z.strictObject({
              answer: json.optional(),
              note: prose().optional(),
              option: word(1024).optional(),
              skip: z.boolean().optional(),
            }),
          )
          .optional()
          .describe("what differs, by the hold's id"),
      })
      .meta({ id: "DecideManyRequest" }),
    success: {
      200: z.object({
        items: z.array(z.object({ id: z.string(), hold: Hold.nullable(), error: Problem.nullable() })),
      }),
    },
  }),
  "holds.counts": route({
    tag,
    summary: "Count what waits for you",
    permission: "holds:read",
    success: { 200: HoldCounts },
  }),
  "holds.lessons": route({
    tag,
    summary: "How often people changed what was proposed",
    description:
      "Of each trigger of `holdWhen`. One whose holds are always approved as proposed may be relaxed; one whose holds are often changed is worth its price. Nothing is changed by itself.",
    permission: "holds:read",
    query: z.strictObject({
      workflow: word(128).optional(),
      name: word(1024).optional().describe("of the hold"),
      limit: lookback("decided holds"),
    }),
    success: { 200: z.object({ items: z.array(TriggerLesson) }) },
  }),
  "holds.tryPolicy": route({
    tag,
    summary: "Try other rules on holds of the past",
    description:
      "Everybody does what they did when they did it; the other rules say what comes of it. Groups are those of today. With `holdWhen` it also says what would have passed, or stopped, at the gate. Changes nothing.",
    permission: "holds:read",
    body: z
      .strictObject({
        workflow: word(128),
        name: word(1024).describe("the hold's name in it"),
        policy: triedRules,
        limit: lookback("holds and runs"),
      })
      .meta({ id: "PolicyTrialRequest" }),
    success: { 200: PolicyTrial },
  }),
  "holds.show": route({
    tag,
    summary: "Show a hold with its evidence",
    permission: "holds:read",
    params,
    success: hold,
    etag: "gives",
  }),
  "holds.standing": route({
    tag,
    summary: "What you may do with a hold",
    description: "By its own rules; your role must allow it, too.",
    permission: "holds:read",
    params,
    success: { 200: HoldStanding },
  }),
  "holds.trail": route({
    tag,
    summary: "Read a hold's audit trail",
    permission: "holds:read",
    params,
    success: { 200: z.object({ items: z.array(HoldEvent) }) },
  }),
  "holds.record": route({
    tag,
    summary: "One hold as a document that proves itself",
    description:
      "For auditors and archives: what was asked and answered, every event with its link, and the piece of the run's hash chain that covers it. `holdpoint holds verify` checks it without the store.",
    permission: "holds:read",
    params,
    success: { 200: HoldRecord },
  }),
  "holds.similar": route({
    tag,
    summary: "Open holds like this one",
    description:
      "Same workflow, name, form and proposed action. Pages are of holds looked at: one may come back with fewer.",
    permission: "holds:read",
    params,
    query: z.strictObject(pageQuery),
    success: { 200: pageOf(Hold) },
  }),
  "holds.presence": route({
    tag,
    summary: "Say that you are looking at a hold, and see who else is",
    description:
      "For 45 s: whoever stays says so again, every 20 s. The others are those who have said so and may read it, by the name under which they act, never yourself; 50 at most. Of a hold that is not open, nobody. It is in no audit log.",
    permission: "holds:read",
    params,
    body: nothing,
    success: { 200: HoldPresence },
    unaudited: true,
  }),
  "holds.decide": route({
    tag,
    summary: "Decide a hold",
    description:
      "Send what you read: `If-Match` with its `ETag`, or `revision` and `evidenceHash`. High and critical ones are decided on exactly what was shown. The same answer by the same person again is no error.",
    permission: "holds:decide",
    params,
    body: z
      .strictObject({
        answer: json.describe('what the form asks for; of an approval `{ "approved": true }`'),
        note: prose().optional(),
        option: word(1024).optional(),
        signature: z.string().max(4096).optional(),
        ...asRead,
      })
      .meta({ id: "DecideRequest" }),
    success: hold,
    etag: "takes",
  }),
  "holds.abstain": route({
    tag,
    summary: "Vote for neither",
    permission: "holds:decide",
    params,
    body: z.strictObject({ note: prose().optional() }).meta({ id: "AbstainRequest" }),
    success: hold,
  }),
  "holds.claim": route({
    tag,
    summary: "Take a hold",
    description: "Nobody else decides it until it is released.",
    permission: "holds:decide",
    params,
    body: nothing,
    success: hold,
  }),
  "holds.release": route({
    tag,
    summary: "Give a hold back",
    permission: "holds:decide",
    params,
    body: nothing,
    success: hold,
  }),
  "holds.assign": route({
    tag,
    summary: "Give a hold to somebody",
    permission: "holds:decide",
    params,
    body: z.strictObject({ to: word() }).meta({ id: "AssignRequest" }),
    success: hold,
  }),
  "holds.delegate": route({
    tag,
    summary: "Hand your right to decide it to somebody",
    permission: "holds:decide",
    params,
    body: z.strictObject({ to: word() }).meta({ id: "DelegateRequest" }),
    success: hold,
  }),
  "holds.ask": route({
    tag,
    summary: "Ask before deciding",
    permission: "holds:decide",
    params,
    body: z
      .strictObject({ question: prose(), to: word().optional().describe("by default whoever started the run") })
      .meta({ id: "AskRequest" }),
    success: hold,
  }),
  "holds.answer": route({
    tag,
    summary: "Answer a question",
    description: "The answer is evidence: votes before it are gone. Whoever was asked may answer.",
    permission: "holds:comment",
    params: z.object({ hold: word(), question: z.int().min(1).max(1_000_000) }),
    body: z.strictObject({ text: prose() }).meta({ id: "AnswerRequest" }),
    success: hold,
  }),
  "holds.comment": route({
    tag,
    summary: "Leave a remark",
    permission: "holds:comment",
    params,
    body: z.strictObject({ text: prose() }).meta({ id: "CommentRequest" }),
    success: hold,
  }),
};
