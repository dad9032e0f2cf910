import type { HoldpointClient } from "@holdpoint/client";
import { paths, type RouteName, routes } from "@holdpoint/client/contract";
import type { Office } from "../fixtures/office.ts";
import { hello } from "../fixtures/pipelines.ts";

/** Words that are in everything of the first tenant, and must be in no answer to the second. */
export const marker = "ours-alone";

/** What the first tenant has. */
export interface Ours {
  run: string;
  hold: string;
  key: string;
  binding: string;
  webhook: string;
  delivery: string;
  hook: string;
  token: string;
  account: string;
  invitation: string;
  session: string;
  client: string;
  person: string;
  group: string;
  substitution: string;
}

/** Gives the first tenant something of everything. */
export async function furnish(office: Office): Promise<Ours> {
  const admin = await office.client("admin", "ada");
  const input = { orderId: marker, amount: 1 };
  const run = await admin.runs.start({ workflow: "refund", input, id: marker, attributes: { of: marker } });
  const hold = await (await office.engine.get(run.id)).hold("approve refund");
  await admin.holds.ask({ hold: hold.id, question: marker, to: "ada" });
  await admin.schedules.put({ schedule: marker, workflow: "refund", input, when: { event: marker } });
  await admin.pipelines.put({ pipeline: marker, document: hello(marker) });
  await admin.tasks.start({ id: marker });
  await admin.tasks.requestApproval({ task: marker, reason: marker, reviewers: { people: ["zoe"] } });
  const key = await admin.keys.create({ name: marker, person: marker, roles: ["viewer"] });
  const binding = await admin.access.bind({ person: marker, role: "viewer" });
  const webhook = await admin.webhooks.create({ name: marker, url: inside, types: ["run.failed"] });
  const delivery = await admin.webhooks.test({ webhook: webhook.id });
  await (await office.engine.get(delivery.id)).result().catch(() => {});
  const hook = await admin.hooks.create({ name: marker, ...starts });
  const others = await peopleOf(office, admin);
  return {
    ...others,
    ...{ run: run.id, hold: hold.id, key: key.id, binding: binding.id, webhook: webhook.id, delivery: delivery.id },
    ...{ hook: hook.id, token: hook.token ?? "" },
  };
}

/** Somebody who has an account and is signed in, somebody who is invited, and a machine. */
async function peopleOf(office: Office, admin: HoldpointClient) {
  const invited = await admin.accounts.invite({ name: marker, roles: ["viewer"] });
  const token = invited.link.split("#")[1] ?? "";
  await office.signIn.accounts?.accept(token, "correct horse battery staple");
  const pending = await admin.accounts.invite({ name: `${marker}-too`, roles: ["viewer"] });
  const person = { id: marker, namespace: "default", roles: [], groups: [], name: marker, via: `local:${marker}` };
  await office.browserOf(person);
  const [session] = (await admin.sessions.list({ person: marker })).items;
  const client = await admin.clients.register({ name: marker, roles: ["viewer"] });
  const said = `${marker}, nobody else's`;
  await admin.people.put({ person: marker, name: said, mail: `${marker}-mail@example.com` });
  await admin.groups.put({ group: marker, description: said, members: [marker] });
  const substitution = await admin.substitutions.add({ person: marker, substitute: "zoe", note: said });
  return {
    ...{ person: marker, group: marker, substitution: substitution.id },
    account: marker,
    invitation: pending.id,
    session: session?.id ?? "",
    client: client.id,
  };
}

/** An address that no message may be sent to. */
const inside = "https://inside.example/";
/** What a hook does. */
const starts = { action: { type: "start" as const, workflow: "anything" }, verify: { type: "none" as const } };

/** A request to a route about what the first tenant has; bodies are right, so that nothing but rights can refuse it. */
export function requestFor(name: RouteName, ours: Ours): { place: string; body?: unknown } {
  const fill: Record<string, string> = {
    ...ours,
    schedule: marker,
    pipeline: marker,
    task: marker,
    queue: "labels",
    channel: "memo",
    view: "mine",
    workflow: "refund",
    question: "1",
  };
  const place = paths[name].replace(/\{(\w+)\}/g, (_, part: string) => fill[part] ?? "");
  const bodies: Partial<Record<RouteName, unknown>> = {
    "runs.start": { workflow: "anything", input: 1 },
    "runs.bulk": { action: "retry", filter: { workflow: "fragile" } },
    "runs.signal": { name: "said" },
    "runs.cancel": {},
    "runs.fork": { from: "step:none#1", decisions: "ask" },
    "holds.decideMany": { holds: [{ hold: ours.hold }], answer: { approved: "no such answer" }, note: "matrix" },
    "holds.tryPolicy": { workflow: "refund", name: "approve refund", policy: { reviewers: { people: ["zoe"] } } },
    "holds.decide": { answer: { approved: "no such answer" } },
    "holds.assign": { to: "ben" },
    "holds.delegate": { to: "ben" },
    "holds.ask": { question: "why?" },
    "holds.answer": { text: "because" },
    "holds.comment": { text: "seen" },
    "schedules.put": { workflow: "echo", input: { text: "x" }, when: { event: "never" } },
    "schedules.backfill": { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" },
    "tasks.start": { id: marker },
    "tasks.requestApproval": { reason: "why not?" },
    "tasks.decide": { approved: false },
    "tasks.step": { name: "next" },
    "tasks.fail": { error: "no" },
    "annotations.offer": { id: marker, item: marker },
    "pipelines.check": { document: hello("theirs") },
    "pipelines.dryRun": { document: hello("theirs") },
    "pipelines.put": { document: hello("theirs") },
    "events.emit": { event: "nothing listens" },
    "webhooks.create": { name: "another", url: inside, types: ["run.failed"] },
    "webhooks.change": { name: marker, url: inside, types: ["run.failed"] },
    "hooks.create": { name: "another", ...starts },
    "hooks.change": { name: marker, ...starts },
    "access.bind": { person: "another", role: "viewer" },
    "keys.create": { name: "another", roles: ["viewer"] },
    "accounts.invite": { name: "another", roles: ["viewer"] },
    "accounts.change": { roles: ["viewer"] },
    "sessions.endAll": { person: "nobody-at-all" },
    "clients.register": { name: "another", roles: ["viewer"] },
    "people.put": { name: "another" },
    "groups.put": { members: ["another"] },
    "substitutions.add": { person: "another", substitute: "ben" },
    "substitutions.change": { person: "another", substitute: "ben" },
    "me.addSubstitution": { substitute: "ben" },
    "me.putView": { query: "status=open" },
    "me.password": { password: "x", newPassword: "y" },
    "me.enrolTotp": { password: "x" },
    "me.confirmTotp": { code: "000000" },
    "me.removeTotp": { password: "x", code: "000000" },
  };
  const takesBody = "body" in routes[name];
  return takesBody ? { place, body: bodies[name] ?? {} } : { place };
}

/** What would end what the others need comes last. */
const ends = /cancel|remove|revoke|rotate|unbind|withdraw|[.]end/;
export const inOrder = (Object.keys(routes) as RouteName[]).sort((a, b) => Number(ends.test(a)) - Number(ends.test(b)));
