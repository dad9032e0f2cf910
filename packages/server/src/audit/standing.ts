import { hash } from "node:crypto";
import type { RouteName } from "@holdpoint/client/contract";
import { type Engine, NotFoundError } from "@holdpoint/core";
import type { Principal } from "../access/principal.ts";
import { accountBody, accountOf } from "../routes/accounts.ts";
import { holdBody } from "../routes/hold-body.ts";
import { clientOf } from "../routes/issuer.ts";
import { keyBody } from "../routes/keys.ts";
import { groupBody, personBody } from "../routes/people.ts";
import { pipelineBody } from "../routes/pipelines.ts";
import { scheduleBody } from "../routes/schedules.ts";
import { substitutionBody } from "../routes/substitutions.ts";
import { wire } from "../routes/wire.ts";
import type { Server } from "../server.ts";
import type { Standing } from "./audit-line.ts";

/** What a call can be about. */
type Kind = (typeof kinds)[number];
/** In this order: a member of a group is a change of the group. */
const kinds = [
  "hold",
  "run",
  "schedule",
  "pipeline",
  "key",
  "account",
  "client",
  "group",
  "person",
  "substitution",
] as const;
/** Something as it is shown. */
export type Shown = Readonly<Record<string, unknown>>;

/** What is said of each beside its digest: no content. */
const facts: Readonly<Record<Kind, readonly string[]>> = {
  run: ["id", "workflow", "version", "generation", "status", "outcome"],
  hold: ["id", "status", "revision", "evidenceHash", "decidedBy"],
  schedule: ["id", "workflow", "paused", "etag"],
  pipeline: ["name", "version", "hash"],
  account: ["name", "person", "roles", "groups", "disabled", "hasPassword", "hasTotp"],
  client: ["id", "name", "roles", "previousUntil"],
  person: ["id", "groups", "etag"],
  group: ["name", "etag"],
  substitution: ["id", "person", "substitute", "from", "until", "etag"],
  key: ["id", "person", "roles", "scopes", "expiresAt", "revokedAt", "replacedBy"],
};

/** Routes that answer with what they made or changed. */
const replies: Partial<Record<RouteName, Kind>> = {
  "runs.start": "run",
  "runs.fork": "run",
  "schedules.put": "schedule",
  "schedules.pause": "schedule",
  "schedules.resume": "schedule",
  "pipelines.put": "pipeline",
  "keys.create": "key",
  "keys.rotate": "key",
  "clients.register": "client",
  "clients.rotate": "client",
  "substitutions.add": "substitution",
  "me.addSubstitution": "substitution",
};

/** Of what a call asks, and whose it is. */
export interface Subject {
  server: Server;
  engine: Engine;
  principal: Principal;
  params: Readonly<Record<string, unknown>>;
}

/** How the thing stands that a call is about; null where it is about none, or there is none. */
export async function standingOf({ server, engine, principal, params }: Subject): Promise<Standing | null> {
  const kind = kindOf(params);
  if (kind === null) return null;
  const id = String(params[kind]);
  try {
    return standing(kind, await look[kind](id, { server, engine, principal }));
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/** How it stands after a call, from what was answered where that says it. */
export async function standingAfter(name: RouteName, subject: Subject, body: unknown): Promise<Standing | null> {
  const kind = replies[name] ?? (name.startsWith("holds.") && "hold" in subject.params ? "hold" : null);
  if (kind !== null) return standing(kind, body as Shown);
  if (kindOf(subject.params) !== null) return standingOf(subject);
  return body === null ? null : { digest: digestOf(body), ...counts(body as Shown) };
}

const kindOf = (params: Shown): Kind | null => kinds.find((kind) => kind in params) ?? null;

const look: Record<Kind, (id: string, at: Omit<Subject, "params">) => Promise<Shown>> = {
  run: async (id, { engine }) => ({ ...wire(await (await engine.get(id)).describe()) }),
  hold: async (id, { engine }) => ({ ...holdBody(await engine.hold(id)) }),
  schedule: async (id, { engine }) => ({ ...scheduleBody(await engine.schedules.get(id)) }),
  pipeline: async (id, { server, engine }) => {
    const library = server.pipelinesOf(engine);
    if (library === null) throw new NotFoundError("pipeline", id);
    return { ...pipelineBody(await library.get(id)) };
  },
  account: async (id, { server, principal }) => {
    if (!server.signIn?.accounts) throw new NotFoundError("account", id);
    return accountBody(await accountOf(server, principal.namespace, id));
  },
  client: async (id, { server, principal }) => {
    if (!server.signIn?.issuer) throw new NotFoundError("client", id);
    return clientOf(server, principal.namespace, id);
  },
  person: async (id, { engine }) => personBody(await engine.people.get(id), true),
  group: async (id, { engine }) => groupBody(await engine.groups.get(id)),
  substitution: async (id, { engine }) => substitutionBody(await engine.substitutions.get(id)),
  key: async (id, { server, principal }) => {
    if (server.keys === null) throw new NotFoundError("API key", id);
    return keyBody((await server.keys.get(principal.namespace, id)).key);
  },
};

/** How something stands, of what is shown of it. */
export function standing(kind: Kind, shown: Shown): Standing {
  // Secrets are shown once, in an answer: they are no part of what stands here.
  const { key: _key, secret: _secret, ...rest } = shown;
  return said(kind, rest, digestOf(rest));
}

/** The same of a run whose JSON is at hand: it has no secrets. */
export const standingOfRun = (shown: Shown, json: string): Standing => said("run", shown, hash("sha256", json));

function said(kind: Kind, shown: Shown, digest: string): Standing {
  const standing: Standing = { digest };
  for (const name of facts[kind]) if (shown[name] !== undefined) standing[name] = shown[name];
  return standing;
}

/** How many of what, of an answer about many. */
function counts(body: Shown): Record<string, number> {
  const lists = Object.entries(body).filter(([, value]) => Array.isArray(value));
  return Object.fromEntries(lists.map(([name, value]) => [name, (value as unknown[]).length]));
}

const digestOf = (value: unknown): string => hash("sha256", JSON.stringify(value));
