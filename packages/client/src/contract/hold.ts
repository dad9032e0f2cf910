import { z } from "zod";
import { json, jsonSchema, moment } from "./text.ts";

/** Where a hold stands. */
export const holdStatus = z.enum(["open", "answered", "decided", "expired", "withdrawn", "superseded"]);
/** How much depends on a decision. */
export const severity = z.enum(["low", "medium", "high", "critical"]);

const names = z.array(z.string());

const stage = z.object({
  people: names,
  groups: names,
  quorum: z.int(),
  need: z.array(z.object({ group: z.string(), count: z.int() })),
  veto: z.union([z.enum(["any", "none"]), z.int()]),
  independent: z
    .literal(true)
    .optional()
    .describe("all answer, and nobody sees what the others say before the last has"),
});

const reviewers = z.object({
  stages: z.array(stage),
  exclude: names,
  creator: z.string().nullable(),
  excludeCreator: z.boolean(),
  managers: z.object({ people: names, groups: names }).nullable(),
  delegate: z.boolean(),
  signed: z.boolean(),
  pauseMs: z.number().nullable(),
});

const vote = z.object({
  by: z.string().nullable(),
  as: z.string().nullable(),
  outcome: z.string(),
  value: json.optional(),
  note: z.string().nullable(),
  option: z.string().nullable(),
  channel: z.string(),
  at: moment,
  stage: z.int(),
  signed: z.boolean(),
});

const question = z.object({
  n: z.int(),
  by: z.string().nullable(),
  to: z.string().nullable(),
  text: z.string(),
  at: moment,
  answer: z.object({ by: z.string().nullable(), text: z.string(), at: moment }).nullable(),
});

/** What happened to a hold since it opened. */
export const HoldProgress = z
  .object({
    claimedBy: z.string().nullable(),
    assignedTo: z.string().nullable(),
    votes: z.array(vote),
    delegations: z.array(z.object({ from: z.string(), to: z.string() })),
    questions: z.array(question),
    pausedAt: moment.nullable().describe("since when its deadline stands still"),
  })
  .meta({ id: "HoldProgress" });

/** A hold as a reviewer sees it. */
export const Hold = z
  .object({
    id: z.string(),
    runId: z.string(),
    workflow: z.string(),
    key: z.string(),
    name: z.string(),
    origin: z.enum(["author", "operator"]),
    kind: z.enum(["approval", "form"]),
    status: holdStatus,
    title: z.string(),
    severity,
    consequence: z.string().nullable(),
    context: json.optional(),
    options: z.array(z.object({ value: z.string(), outcome: z.enum(["approved", "rejected"]).nullable() })),
    people: names.nullable().describe("any one of whom may decide; null for anybody, or where `reviewers` says more"),
    reviewers: reviewers.nullable(),
    action: z.object({ name: z.string(), arguments: json.optional() }).nullable().describe("what is proposed"),
    fired: z.array(z.object({ rule: z.string(), limit: json.optional(), value: json.optional(), says: z.string() })),
    facts: z.record(z.string(), z.unknown()).nullable().describe("what the triggers looked at"),
    tags: names,
    links: z.array(z.object({ title: z.string(), url: z.string() })),
    attachments: z.array(
      z.object({
        name: z.string(),
        sha256: z.string(),
        mediaType: z.string().optional(),
        bytes: z.number().optional(),
        url: z.string().optional(),
      }),
    ),
    progress: HoldProgress,
    deadline: z.array(z.record(z.string(), z.unknown())).describe("what happens when nobody answers, and when"),
    form: jsonSchema.nullable().describe("JSON Schema of the answer"),
    revision: z.int().describe("raised when what is asked changes"),
    evidenceHash: z.string().describe("digest of exactly what is shown here"),
    openedAt: moment,
    dueAt: moment.nullable(),
    closedAt: moment.nullable(),
    decidedBy: z.string().nullable(),
    decision: z
      .object({
        value: json.optional(),
        note: z.string().nullable(),
        option: z.string().nullable(),
        channel: z.string(),
      })
      .nullable(),
  })
  .meta({ id: "Hold" });

/** A line of a hold's audit trail. */
export const HoldEvent = z
  .object({
    n: z.int(),
    actor: z.string().nullable(),
    channel: z.string(),
    action: z.string(),
    at: moment,
    says: json.optional().describe("what was said or changed; not what was erased, or what nobody may see yet"),
    evidenceHash: z.string().nullable().describe("digest of what was shown when it happened"),
    hash: z.string().nullable().describe("the line's link, over all before it"),
  })
  .meta({ id: "HoldEvent" });

/** What whoever asks may do with a hold now. */
export const HoldStanding = z
  .object({
    may: z.boolean().describe("they may decide it"),
    why: z.string().nullable().describe("why they may not"),
    onBehalfOf: z.string().nullable().describe("whose right it is, where it is not their own"),
    groups: names.describe("those that their right comes from"),
    holder: z.string().nullable().describe("who alone may decide it, having taken it or been given it"),
    claimable: z.boolean().describe("one vote is enough: it can be taken"),
    voted: z.boolean().describe("they have voted on what is asked now"),
    manages: z.boolean().describe("they may assign it, and release what somebody else has"),
    whoMay: z.string().describe("everybody who may decide it, in words"),
  })
  .meta({ id: "HoldStanding" });

/** Who else is looking at a hold now. */
export const HoldPresence = z
  .object({
    items: z.array(z.object({ person: z.string(), since: moment })).describe("who came first is first"),
  })
  .meta({ id: "HoldPresence" });

/** How much waits for whoever asks. */
export const HoldCounts = z
  .object({
    mine: z.int().describe("what they may decide and have not voted on"),
    groups: z.int().describe("of these, what is theirs because of a group"),
    unclaimed: z.int().describe("of these, what nobody has taken"),
    escalated: z.int().describe("of these, what has been escalated"),
    delegated: z.int().describe("what they have handed over to somebody, and is still open"),
    open: z.int().describe("all that is open"),
    complete: z
      .boolean()
      .describe('false: only the 500 that are due first were counted, and the numbers are "at least"'),
  })
  .meta({ id: "HoldCounts" });

/** A hold with its proof. What is in it says `holdpoint holds verify`, which needs nothing else. */
export const HoldRecord = z
  .looseObject({
    format: z.literal("holdpoint-hold"),
    version: z.int(),
    namespace: z.string(),
    readable: z.record(z.string(), z.unknown()).describe("for people"),
    stored: z.record(z.string(), z.unknown()).describe("exactly as the store has it"),
    chain: z.record(z.string(), z.unknown()).nullable().describe("null when retention has removed the run"),
  })
  .meta({ id: "HoldRecord" });
