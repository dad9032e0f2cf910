import { createClient, type HoldpointClient, ProblemError } from "@holdpoint/client";
import { routes } from "@holdpoint/client/contract";
import { readExportedRun, readHoldRecord } from "@holdpoint/core";
import { Validator as OpenApiValidator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { administerAccounts, administerIssuer, ownAccount } from "./fixtures/administration.ts";
import { Office } from "./fixtures/office.ts";
import { hello } from "./fixtures/pipelines.ts";
import { Witness } from "./fixtures/witness.ts";
import { openApiDocument } from "./openapi/document.ts";

let office: Office;
const witness = new Witness(openApiDocument({ strict: true }));
let admin: HoldpointClient;
let ben: HoldpointClient;
let eve: HoldpointClient;

beforeAll(async () => {
  office = await new Office().open();
  const as = async (role: "admin" | "reviewer", person: string) =>
    office.clientOf(await office.key(role, person), witness.observe);
  admin = await as("admin", "ada");
  ben = await as("reviewer", "ben");
  eve = await as("reviewer", "eve");
});
afterAll(() => office.close());

test("the document is OpenAPI 3.1", async () => {
  const result = await new OpenApiValidator().validate(JSON.parse(JSON.stringify(openApiDocument())));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

test("workflows are listed and described with their schemas", async () => {
  const { items } = await admin.workflows.list();
  expect(items.map(({ name }) => name)).toEqual([
    "anything",
    "echo",
    "fragile",
    "labels",
    "long-runner",
    "refund",
    "task",
  ]);
  expect(items.find(({ name }) => name === "refund")).toMatchObject({ description: null, pattern: null });
  const { input, versions } = await admin.workflows.show({ workflow: "refund" });
  expect(versions).toEqual([1]);
  expect(input).toMatchObject({ required: ["orderId", "amount"] });
  const ours = admin.runs.start({ workflow: "holdpoint.webhook", input: {} });
  await expect(ours).rejects.toMatchObject({ status: 404, code: "NOT_FOUND" });
});

test("a run is started once, asked about, decided and done", async () => {
  const start = { workflow: "refund", input: { orderId: "A-7", amount: 12 }, id: "refund-A-7" };
  const run = await admin.runs.start(start);
  expect(run).toMatchObject({ id: "refund-A-7", createdBy: "ada" });
  expect((await admin.runs.start(start)).createdAt).toBe(run.createdAt);
  const other = admin.runs.start({ ...start, input: { orderId: "A-8", amount: 12 } });
  await expect(other).rejects.toMatchObject({ status: 409, code: "RUN_CONFLICT" });

  const engineRun = await office.engine.get(run.id);
  const open = await engineRun.hold("approve refund");
  const { items } = await ben.holds.list({ run: run.id, inbox: true });
  expect(items).toHaveLength(1);
  const hold = await ben.holds.show({ hold: open.id });
  expect(hold.title).toBe("Refund $12 for order A-7");
  await ben.holds.claim({ hold: hold.id });
  await ben.holds.release({ hold: hold.id });
  await ben.holds.comment({ hold: hold.id, text: "looks right" });
  await ben.holds.ask({ hold: hold.id, question: "Which invoice?", to: "ada" });
  await admin.holds.answer({ hold: hold.id, question: 1, text: "A-7-1" });
  await ben.holds.assign({ hold: hold.id, to: "eve" });
  const why = await admin.runs.why({ run: run.id });
  expect(why.waits[0]).toMatchObject({ type: "hold" });
  expect((await admin.runs.result({ run: run.id, wait: 0 })).status).toBe("parked");

  const { revision, evidenceHash } = await ben.holds.show({ hold: hold.id });
  await eve.holds.assign({ hold: hold.id, to: "ben" });
  const decided = await ben.holds.decide({
    hold: hold.id,
    revision,
    evidenceHash,
    answer: { approved: true },
    note: "ok",
  });
  expect(decided).toMatchObject({ status: "decided", decidedBy: "ben" });
  expect(await admin.runs.result({ run: run.id, wait: 20 })).toMatchObject({
    status: "completed",
    output: { status: "refunded" },
    error: null,
  });
  expect((await admin.runs.show({ run: run.id })).outcome).toBe("success");
  expect((await admin.runs.show({ run: run.id, trace: true })).trace).toMatchObject({ url: null });
  const trail = await ben.holds.trail({ hold: hold.id });
  expect(trail.items.map(({ action }) => action)).toContain("decided");
  expect(trail.items.find(({ action }) => action === "commented")?.says).toEqual({ text: "looks right" });
  const journal = await admin.runs.journal({ run: run.id, limit: 2 });
  expect(journal.items).toHaveLength(2);
  expect(journal.next).toBe(journal.items[1]?.seq);
  const page = await admin.runs.list({ workflow: "refund", status: ["completed"], limit: 1 });
  expect(page.items[0]?.id).toBe(run.id);
});

test("pipelines are checked, put, drawn, listed, shown and removed", async () => {
  await admin.pipelines.check({ document: hello() });
  expect((await admin.pipelines.dryRun({ document: hello() })).status).toBe("completed");
  expect((await admin.pipelines.palette()).templates).toHaveLength(12);
  const { etag } = await admin.pipelines.put({ pipeline: "hello", document: hello() });
  await admin.pipelines.put({ pipeline: "hello", document: hello() });
  await admin.workflows.graph({ workflow: "hello" });
  await admin.workflows.graph({ workflow: "refund" });
  expect((await admin.pipelines.list()).items).toHaveLength(1);
  await admin.pipelines.show({ pipeline: "hello" });
  await admin.pipelines.remove({ pipeline: "hello" }, { ifMatch: etag });
});

test("a run's record is checked and exported, a hold's proves itself, other rules are tried, and workers are listed", async () => {
  const run = await admin.runs.start({ workflow: "refund", input: { orderId: "R-1", amount: 5 } });
  const hold = await (await office.engine.get(run.id)).hold("approve refund");
  await ben.holds.decide({ hold: hold.id, answer: { approved: true }, note: "fine" });
  await admin.runs.result({ run: run.id, wait: 20 });
  expect(await admin.runs.verification({ run: run.id })).toMatchObject({ verdict: "intact", problems: [] });
  const exported = await admin.runs.export({ run: run.id });
  const [generation] = readExportedRun(JSON.stringify(exported));
  expect(generation?.entries.map(({ key }) => key)).toContain("step:pay back#1");
  const record = await ben.holds.record({ hold: hold.id });
  expect(readHoldRecord(JSON.stringify(record)).readable.title).toBe("Refund $5 for order R-1");

  const tried = { workflow: "refund", name: "approve refund" };
  const { holds, gate } = await admin.holds.tryPolicy({ ...tried, policy: { reviewers: { people: ["zoe"] } } });
  expect(gate).toBe(null);
  const changed = holds.changes.find(({ runId }) => runId === run.id);
  expect(changed).toMatchObject({ holdId: hold.id, before: { outcome: "approved", by: "ben" } });
  expect(changed?.after.by).not.toBe("ben");
  expect((await admin.holds.tryPolicy({ ...tried, policy: { holdWhen: [{ cel: "amount > 3" }] } })).gate).not.toBe(
    null,
  );
  const wrong = admin.holds.tryPolicy({ ...tried, policy: { holdWhen: [{ cel: "amount >" }] } });
  await expect(wrong).rejects.toMatchObject({ status: 422 });
  const stray = admin.holds.tryPolicy({ ...tried, policy: { reviewers: { poeple: ["zoe"] } } });
  await expect(stray).rejects.toMatchObject({ status: 422, message: expect.stringContaining("reviewers.poeple") });
  expect((await ben.holds.lessons({ workflow: "refund", limit: 2000 })).items).toEqual([]);
  // Whoever may read holds does not make a server read all there are.
  for (const tooFar of [
    ben.holds.lessons({ limit: 2001 }),
    ben.holds.tryPolicy({ ...tried, limit: 2001, policy: { reviewers: { people: ["zoe"] } } }),
  ])
    await expect(tooFar).rejects.toMatchObject({ status: 422, message: expect.stringContaining("limit") });
  const { items } = await admin.system.workers();
  expect(items).toMatchObject([{ pid: process.pid }]);
  expect(items[0]?.capabilities).toContainEqual({ workflow: "refund", version: 1 });
});

test("a task stops for a person and goes on; what does not follow on its state is refused", async () => {
  expect(await admin.tasks.start({ id: "deploy", metadata: { to: "prod" }, step: "build" })).toMatchObject({
    state: "RUNNING",
    step: "build",
  });
  await expect(admin.tasks.start({ id: "deploy" })).rejects.toMatchObject({ status: 409, code: "DUPLICATE_TASK" });
  await admin.tasks.step({ task: "deploy", name: "roll out" });
  const asked = await admin.tasks.requestApproval({
    task: "deploy",
    reason: "Deploy v1.2.3?",
    severity: "high",
    reviewers: { people: ["ben"] },
  });
  expect(asked).toMatchObject({ state: "AWAITING_APPROVAL", interrupt: { reason: "Deploy v1.2.3?" } });
  await expect(admin.tasks.complete({ task: "deploy" })).rejects.toMatchObject({
    status: 409,
    code: "INVALID_TRANSITION",
  });
  await expect(admin.tasks.decide({ task: "deploy", approved: true })).rejects.toMatchObject({ code: "NOT_ALLOWED" });
  const approved = await ben.tasks.decide({ task: "deploy", approved: true, note: "seen it" });
  expect(approved).toMatchObject({ state: "APPROVED", approval: { approver: "ben", note: "seen it" } });
  await admin.tasks.resume({ task: "deploy" });
  expect(await admin.tasks.complete({ task: "deploy", result: { ok: 1 } })).toMatchObject({
    state: "COMPLETED",
    result: { ok: 1 },
    history: ["build", "roll out"],
  });
  await admin.tasks.start({ id: "other" });
  expect(await admin.tasks.fail({ task: "other", error: "the disk is full" })).toMatchObject({ state: "FAILED" });
  expect((await admin.tasks.list({ state: "COMPLETED" })).items.map(({ id }) => id)).toEqual(["deploy"]);
  expect((await admin.tasks.show({ task: "deploy" })).metadata).toEqual({ to: "prod" });
  const { items } = await admin.tasks.trail({ task: "deploy" });
  expect(items.map(({ by }) => by)).toContain("ben");
});

test("items are offered to an annotation queue, annotated by two, reported and read for a training", async () => {
  expect((await admin.annotations.list()).items).toEqual([{ queue: "labels", workflow: "labels", sample: 1 }]);
  const offer = { queue: "labels", id: "m1", item: { subject: "free money" }, predicted: "spam" };
  const { run } = await admin.annotations.offer(offer);
  expect((await admin.annotations.offer(offer)).run).toBe(run);
  await expect(admin.annotations.offer({ ...offer, item: 2 })).rejects.toMatchObject({ code: "RUN_CONFLICT" });
  const open = await (await office.engine.get(run ?? "")).hold("annotate");
  await ben.holds.decide({ hold: open.id, answer: { label: "spam" } });
  // Nobody sees what others said before the last has answered: in no document either.
  const early = [admin.runs.export({ run: run ?? "" }), admin.holds.record({ hold: open.id })];
  for (const one of early) await expect(one).rejects.toMatchObject({ status: 409, code: "INVALID_STATE" });
  await eve.holds.decide({ hold: open.id, answer: { label: "spam" } });
  await (await office.engine.get(run ?? "")).result();
  const report = await admin.annotations.report({ queue: "labels" });
  expect(report).toMatchObject({ done: 1, disputed: 0, predictions: { items: 1, right: 1 } });
  const { items } = await admin.annotations.items({ queue: "labels" });
  const lines = (await new Response(await admin.annotations.export({ queue: "labels" })).text()).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(items);
  expect(items).toMatchObject([{ id: "m1", label: "spam", source: "agreement", agreed: true }]);
  expect(JSON.stringify(items)).not.toMatch(/ben|eve/);
  await expect(admin.annotations.report({ queue: "label" })).rejects.toThrow('did you mean "labels"?');
});

test("its events are followed to the end", async () => {
  const keys: string[] = [];
  for await (const event of admin.runs.events({ run: "refund-A-7" })) keys.push(event.type);
  expect(keys[0]).toBe("run.opened");
  expect(keys.at(-1)).toBe("run.settled");
});

test("what happens to all runs is followed", async () => {
  const aborter = new AbortController();
  const events = admin.events.follow({ of: "run", after: "0" }, { signal: aborter.signal });
  const { value } = await events.next();
  expect(value).toMatchObject({ type: "run.started", run: { id: "refund-A-7", workflow: "refund" } });
  aborter.abort();
});

test("holds like one another are decided together", async () => {
  const opened: string[] = [];
  for (const n of [1, 2, 3]) {
    const run = await admin.runs.start({ workflow: "refund", input: { orderId: `B-${n}`, amount: n } });
    opened.push((await (await office.engine.get(run.id)).hold("approve refund")).id);
  }
  const [first = "", ...rest] = opened;
  const { items } = await ben.holds.similar({ hold: first });
  expect(items.map(({ id }) => id).sort()).toEqual([...rest].sort());
  const counted = await ben.holds.counts();
  expect(counted).toMatchObject({ groups: 0, complete: true });
  const needed = await ben.holds.list({ inbox: true, unvoted: true, order: "due", limit: 1000 });
  expect(needed.items).toHaveLength(counted.mine);
  expect((await ben.holds.list({ text: "B-1", inbox: true, only: "unclaimed" })).items).toHaveLength(1);
  await expect(ben.holds.list({ only: "groups" })).rejects.toMatchObject({ code: "VALIDATION" });
  expect(await ben.holds.standing({ hold: first })).toMatchObject({
    may: true,
    voted: false,
    claimable: true,
    holder: null,
  });
  expect(await admin.holds.standing({ hold: "h_nothing" }).catch(({ code }) => code)).toBe("NOT_FOUND");
  await ben.holds.presence({ hold: first });
  const seen = await eve.holds.presence({ hold: first });
  expect(seen.items).toEqual([{ person: "ben", since: expect.any(String) }]);
  await ben.holds.delegate({ hold: first, to: "eve" }).catch((error: unknown) => {
    expect(error).toBeInstanceOf(ProblemError);
  });
  const answers = await ben.holds.decideMany({
    holds: [...opened.map((hold) => ({ hold })), { hold: "h_nothing" }],
    answer: { approved: false },
    note: "all of one customer",
  });
  expect(answers.items.map(({ error }) => error?.code ?? null)).toContain("NOT_FOUND");
  expect(answers.items.filter(({ hold }) => hold !== null).length).toBeGreaterThanOrEqual(2);
  // Nobody looks at what is decided.
  expect(await eve.holds.presence({ hold: first })).toEqual({ items: [] });
});

test("runs are signalled, paused, resumed, cancelled, retried and forked", async () => {
  const run = await admin.runs.start({ workflow: "echo", input: { text: "a" } });
  const handle = await office.engine.get(run.id);
  await expect.poll(() => handle.status()).toBe("parked");
  await admin.runs.pause({ run: run.id });
  await expect.poll(() => handle.status()).toBe("paused");
  await admin.runs.resume({ run: run.id });
  await admin.runs.signal({ run: run.id, name: "said", value: { text: "b" }, dedupe: "1" });
  expect((await admin.runs.result({ run: run.id, wait: 20 })).output).toEqual({ text: "a", said: "b" });
  const fork = await admin.runs.fork({ run: run.id, from: "step:hear#1", decisions: "ask", id: "fork-1" });
  expect(fork.forkedFrom?.id).toBe(run.id);
  await admin.runs.cancel({ run: fork.id, reason: "enough" });
  expect((await admin.runs.result({ run: fork.id, wait: 20 })).error).toMatchObject({ code: "CANCELLED" });

  const broken = await admin.runs.start({ workflow: "fragile", attributes: { customer: "ana" } });
  const failed = await admin.runs.result({ run: broken.id, wait: 20 });
  expect(failed).toMatchObject({ status: "failed", error: { message: expect.stringContaining("the machine is off") } });
  await admin.runs.retry({ run: broken.id });
  await admin.runs.result({ run: broken.id, wait: 20 });
  const listed = await admin.runs.list({ attribute: ["customer=ana"] });
  expect(listed.items.map(({ id }) => id)).toEqual([broken.id]);
  const bulk = await admin.runs.bulk({ action: "retry", filter: { attributes: { customer: "ana" } } });
  expect(bulk.done).toEqual([broken.id]);
});

test("what JSON cannot hold is said in words", async () => {
  const run = await admin.runs.start({ workflow: "anything", input: [1, null, { "": "x" }] });
  const { output } = await admin.runs.result({ run: run.id, wait: 20 });
  expect(output).toEqual({ input: [1, null, { "": "x" }], at: "1970-01-01T00:00:00.000Z", big: "10" });
});

test("schedules are put, fired, paused and removed; of two editors one is told", async () => {
  const definition = { workflow: "echo", input: { text: "night" }, when: { cron: "0 2 * * *" } };
  const made = await admin.schedules.put({ schedule: "nightly", ...definition });
  expect((await admin.schedules.put({ schedule: "nightly", ...definition })).etag).toBe(made.etag);
  const changed = { schedule: "nightly", ...definition, when: { every: "1h" } };
  await expect(admin.schedules.put(changed)).rejects.toMatchObject({ status: 428 });
  const next = await admin.schedules.put(changed, { ifMatch: made.etag });
  expect(next.when).toMatchObject({ every: 3_600_000 });
  const late = admin.schedules.put({ ...changed, when: { every: "2h" } }, { ifMatch: made.etag });
  await expect(late).rejects.toMatchObject({ status: 412 });
  await admin.schedules.put({ schedule: "on-paid", ...definition, when: { event: "paid" } });
  expect((await admin.events.emit({ event: "paid", data: { text: "x" }, id: "p-1" })).items).toHaveLength(1);
  await admin.schedules.pause({ schedule: "nightly", note: "holidays" });
  await admin.schedules.resume({ schedule: "nightly" });
  expect((await admin.schedules.upcoming({ schedule: "nightly", count: 2 })).items).toHaveLength(2);
  const { runId } = await admin.schedules.run({ schedule: "nightly", id: "now-1" });
  expect((await admin.runs.show({ run: runId })).workflow).toBe("echo");
  expect((await admin.schedules.history({ schedule: "nightly" })).items.length).toBeGreaterThan(0);
  const daily = { schedule: "daily", ...definition };
  await admin.schedules.put(daily);
  const range = { from: "2026-01-01T00:00:00Z", to: "2026-01-03T00:00:00Z" };
  const filled = await admin.schedules.backfill({ schedule: "daily", ...range, overlap: "allow" });
  expect(filled.started).toHaveLength(2);
  expect((await admin.schedules.list({})).items).toHaveLength(3);
  expect((await admin.schedules.show({ schedule: "daily" })).workflow).toBe("echo");
  await admin.schedules.remove({ schedule: "daily" });
});

test("keys are made, listed, replaced and revoked", async () => {
  const made = await admin.keys.create({ name: "robot", roles: ["operator"] });
  expect(made.key.startsWith(`${made.id}_`)).toBe(true);
  const robot = createClient({
    url: "http://localhost",
    key: made.key,
    fetch: (input, init) => Promise.resolve(office.app.fetch(new Request(input, init))),
  });
  expect(await robot.system.me()).toMatchObject({ id: "key:robot", namespace: "default", roles: ["operator"] });
  const next = await admin.keys.rotate({ key: made.id, overlap: 60 });
  expect((await admin.keys.list({ prefix: made.id })).items[0]).toMatchObject({ replacedBy: next.id });
  await robot.system.me();
  await admin.keys.revoke({ key: made.id });
  await expect(robot.system.me()).rejects.toMatchObject({ status: 401, message: "this key was revoked" });
  await admin.system.me();
});

test("roles are given, listed and taken back", async () => {
  const { id } = await admin.access.bind({ group: "finance", role: "reviewer", workflows: ["refund", "pay-*"] });
  expect((await admin.access.list()).items.map((one) => one.id)).toEqual([id]);
  await admin.access.unbind({ binding: id });
});

test("people, groups and substitutions are put, changed and removed; of two editors one is told", async () => {
  const ana = await admin.people.put({ person: "ana", name: "Ana Lima", mail: "ana@example.com" });
  await expect(admin.people.put({ person: "ana", name: "Ana" })).rejects.toMatchObject({ status: 428 });
  expect(await ben.people.show({ person: "ana" })).toMatchObject({ name: "Ana Lima", mail: null, updatedBy: "ada" });
  const finance = await admin.groups.put({ group: "finance", description: "pays", members: ["ana", "ben"] });
  const change = { group: "finance", members: ["ana"] };
  const changed = await admin.groups.put(change, { ifMatch: finance.etag });
  expect(changed).toMatchObject({ members: ["ana"], description: null });
  const late = admin.groups.put(change, { ifMatch: finance.etag });
  await expect(late).rejects.toMatchObject({ status: 412, code: "PRECONDITION_FAILED" });
  expect((await admin.groups.addMember({ group: "finance", person: "cleo" })).members).toEqual(["ana", "cleo"]);
  await admin.groups.removeMember({ group: "finance", person: "cleo" });
  expect((await ben.groups.list()).items.map(({ name }) => name)).toEqual(["finance"]);
  expect((await ben.groups.show({ group: "finance" })).members).toEqual(["ana"]);
  expect((await admin.people.list({ search: "lima" })).items).toMatchObject([{ id: "ana", groups: ["finance"] }]);

  const away = { person: "ana", substitute: "ben", from: "2099-01-01T00:00:00Z", until: "2099-02-01T00:00:00Z" };
  const made = await admin.substitutions.add({ ...away, workflows: ["refund"], note: "on holiday" });
  expect(made).toMatchObject({ state: "planned", createdBy: "ada" });
  const { id: substitution } = made;
  await admin.substitutions.change({ substitution, ...away }, { ifMatch: made.etag });
  const second = admin.substitutions.change({ substitution, ...away }, { ifMatch: made.etag });
  await expect(second).rejects.toMatchObject({ status: 412 });
  expect((await ben.substitutions.show({ substitution })).workflows).toBeNull();
  const backwards = admin.substitutions.add({ ...away, until: "2098-01-01T00:00:00Z" });
  await expect(backwards).rejects.toMatchObject({ status: 422, issues: [{ path: "until" }] });

  const own = await ben.me.addSubstitution({ substitute: "eve" });
  expect((await eve.me.substitutions()).items).toMatchObject([{ person: "ben", substitute: "eve", state: "active" }]);
  const theirs = eve.me.removeSubstitution({ substitution: own.id });
  await expect(theirs).rejects.toMatchObject({ status: 404 });
  await ben.me.removeSubstitution({ substitution: own.id });
  expect((await ben.substitutions.list({ person: "ben" })).items.map(({ id }) => id)).toEqual([substitution]);
  const lines = (await admin.audit.list({ action: "groups.put" })).items;
  expect(lines.some(({ outcome, by }) => outcome === "done" && by === "ada")).toBe(true);

  await admin.substitutions.remove({ substitution });
  await admin.groups.remove({ group: "finance" });
  const stale = admin.people.remove({ person: "ana" }, { ifMatch: '"1"' });
  await expect(stale).rejects.toMatchObject({ status: 412 });
  await admin.people.remove({ person: "ana" }, { ifMatch: (await admin.people.show({ person: "ana" })).etag });
  expect(ana.etag).not.toBe("");
  for (const person of ["ben", "cleo"]) await admin.people.remove({ person });
});

test("channels are listed without their secrets, with their health, and tried on whoever asks", async () => {
  const { items } = await admin.channels.list();
  expect(items.map(({ name, type, target, health }) => [name, type, target, health])).toEqual([
    ["memo", "custom", null, "unknown"],
    ["down", "pager", "pager.example", "unknown"],
    ["mail", "mail", "127.0.0.1:1", "unknown"],
    ["chat", "slack", "hooks.slack.example", "unknown"],
  ]);
  expect(JSON.stringify(items)).not.toContain("secret");
  expect(await admin.channels.test({ channel: "memo" })).toMatchObject({ ok: true, error: null });
  expect(office.said).toEqual(['ada A test of the channel "memo"']);
  expect(await admin.channels.test({ channel: "down" })).toMatchObject({ ok: false, error: "the pager is off" });
  const nowhere = admin.channels.test({ channel: "mail" });
  await expect(nowhere).rejects.toMatchObject({ status: 409, message: expect.stringContaining("no mail address") });
  await expect(admin.channels.test({ channel: "none" })).rejects.toMatchObject({ status: 404 });
});

test("retention says what stays how long, how much there is and what is due, and removes it when asked", async () => {
  const shown = await admin.retention.show();
  expect(shown).toMatchObject({ runsMs: 30 * 86_400_000, holdsMs: null, everyMs: 600_000, due: { runs: 0 } });
  expect(shown.sizes.bytes).toBeGreaterThan(0);
  expect(shown.sizes.runs.completed).toBeGreaterThan(0);
  expect(await admin.retention.run()).toEqual({ removed: 0, tombstones: 0, holds: 0, records: 0, more: false });
});

test("webhooks are made, changed, tried, rotated, paused, resumed and removed; dead letters are replayed", async () => {
  const definition = { name: "tickets", url: "https://inside.example/hooks", types: ["run.failed" as const] };
  const made = await admin.webhooks.create({ ...definition, tags: ["money"] });
  expect(made.secret).toMatch(/^whsec_/);
  const { id: webhook } = made;
  expect(JSON.stringify(await admin.webhooks.list())).not.toContain(made.secret);
  await expect(admin.webhooks.change({ webhook, ...definition })).rejects.toMatchObject({ status: 428 });
  const changed = await admin.webhooks.change({ webhook, ...definition, name: "desk" }, { ifMatch: made.etag });
  expect(changed).toMatchObject({ name: "desk", tags: null, health: "unknown" });
  const late = admin.webhooks.change({ webhook, ...definition }, { ifMatch: made.etag });
  await expect(late).rejects.toMatchObject({ status: 412 });
  const inside = admin.webhooks.create({ ...definition, url: "https://169.254.169.254/" });
  await expect(inside).rejects.toMatchObject({ status: 422, code: "VALIDATION" });

  const { id: delivery } = await admin.webhooks.test({ webhook });
  await expect.poll(async () => (await admin.webhooks.deliveries({ webhook, status: "dead" })).items).toHaveLength(1);
  const [dead] = (await admin.webhooks.deliveries({ webhook })).items;
  expect(dead).toMatchObject({ id: delivery, type: "webhook.test", reason: expect.stringContaining("10.0.0.1") });
  expect((await admin.webhooks.show({ webhook })).health).toBe("failing");
  await admin.webhooks.replay({ webhook, delivery });
  await expect.poll(async () => (await admin.webhooks.deliveries({ webhook, status: "dead" })).items).toHaveLength(1);
  expect(await admin.webhooks.replayAll({ webhook })).toEqual({ replayed: [delivery], more: false });

  expect((await admin.webhooks.rotate({ webhook, overlap: 60 })).secret).not.toBe(made.secret);
  expect((await admin.webhooks.pause({ webhook })).paused).toBe(true);
  expect((await admin.webhooks.resume({ webhook })).paused).toBe(false);
  await admin.webhooks.remove({ webhook });
  await expect(admin.webhooks.show({ webhook })).rejects.toMatchObject({ status: 404 });
});

test("hooks are made, changed, called, rotated and removed", async () => {
  const definition = {
    name: "orders",
    action: { type: "start" as const, workflow: "anything", input: { path: "/data" } },
    verify: { type: "none" as const },
  };
  const { id: hook, token } = await admin.hooks.create(definition);
  const { etag } = await admin.hooks.show({ hook });
  expect((await admin.hooks.change({ hook, ...definition, maxBytes: 1000 }, { ifMatch: etag })).maxBytes).toBe(1000);
  const { run } = (await admin.hooks.receive({ token: token ?? "", data: { a: 1 } } as never)) as { run: string };
  expect((await admin.runs.show({ run })).createdBy).toBe(`hook:${hook}`);
  expect((await admin.hooks.list()).items.map(({ id }) => id)).toContain(hook);
  expect((await admin.hooks.rotate({ hook })).token).not.toBe(token);
  await admin.hooks.remove({ hook });
});

test("an administrator invites, changes, disables, resets and removes accounts", () =>
  administerAccounts(office, admin));

test("somebody looks after their own password, second factor and sessions, and an administrator after theirs", () =>
  ownAccount(office, admin, witness.observe));

test("machines get secrets that are replaced with an overlap, and the issuer new keys", () =>
  administerIssuer(office, admin));

test("everybody has saved views of their own, and is told how many holds need them", async () => {
  await ben.me.putView({ view: "due soon", query: "order=due" });
  await ben.me.putView({ view: "due soon", query: "order=due&severity=high" });
  expect((await ben.me.views()).items).toEqual([{ name: "due soon", query: "order=due&severity=high" }]);
  expect((await eve.me.views()).items).toEqual([]);
  await expect(eve.me.removeView({ view: "due soon" })).rejects.toMatchObject({ status: 404 });
  await ben.me.removeView({ view: "due soon" });
  expect(await ben.holds.counts()).toMatchObject({ complete: true });
});

test("the rest of the routes answer", async () => {
  await admin.system.version();
  expect((await admin.metrics.summary({ buckets: 3 })).runs.completed).toBeGreaterThan(0);
  expect((await admin.audit.list({ limit: 3 })).items).toHaveLength(3);
  expect(await new Response(await admin.audit.export({ format: "csv" })).text()).toContain("runs.start");
  expect((await admin.audit.verify()).intact).toBe(true);
  expect(await admin.system.metrics()).toContain("holdpoint_http_request_duration_seconds_count");
  await admin.system.live();
  await admin.system.ready();
  const run = await admin.runs.start({ workflow: "refund", input: { orderId: "C-1", amount: 5 } });
  const hold = await (await office.engine.get(run.id)).hold("approve refund");
  expect((await ben.holds.abstain({ hold: hold.id, note: "not mine" })).progress.votes).toHaveLength(1);
});

test("every route of the document was exercised, and every request and answer fits it", () => {
  expect(witness.problems.slice(0, 3)).toEqual([]);
  expect(Object.keys(routes).filter((name) => !witness.succeeded.has(name))).toEqual([]);
  expect(office.complaints).toEqual([]);
});
