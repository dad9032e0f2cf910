import type { Engine } from "@holdpoint/core";
import type { LedgerLine } from "../crash/ledger.ts";
import type { Audit } from "./audit.ts";
import { insist } from "./client.ts";
import { type Memory, remember } from "./memory.ts";

export interface Verdict {
  runs: number;
  /** Results of steps that were compared with the ledger. */
  results: number;
  decisions: number;
  messages: number;
  payments: number;
  /** Executions of a step beyond its first: a worker was cut off in the middle of it. */
  repeated: number;
  violations: string[];
}

interface RunFacts {
  pk: number;
  id: string;
  workflow: string;
  status: string;
  parent: string | null;
}

/** Holds what the ledger says against what the database has, run by run. */
export async function judge(engine: Engine, audit: Audit, lines: readonly LedgerLine[]): Promise<Verdict> {
  const memory = remember(lines);
  const verdict: Verdict = {
    ...{ runs: 0, results: 0, decisions: 0, messages: 0, payments: 0 },
    repeated: memory.repeated,
    violations: [...memory.wrong],
  };
  for (const row of await audit.violations()) verdict.violations.push(`${row.what}: run ${row.run_pk}, ${row.detail}`);
  const rows = await audit.ask(`
    select run.pk, run.id, run.workflow, parent.id as parent from ${audit.table("run")} as run
    left join ${audit.table("run")} as parent on parent.pk = run.parent_pk
    where run.next_pk is null order by run.pk`);
  const runs = rows as unknown as RunFacts[];
  const known = new Set(runs.map(({ id }) => id));
  for (const id of memory.started.keys()) if (!known.has(id)) verdict.violations.push(`${id} was started and is gone`);
  verdict.runs = runs.length;
  const all = runs.values();
  const lane = async (): Promise<void> => {
    for (const run of all) await insist(() => judgeRun(engine, run, memory, verdict));
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  await judgePayments(audit, memory, verdict);
  return verdict;
}

/** Each payment whose result a workflow saw is in the database once, as it was seen, and so is no other. */
async function judgePayments(audit: Audit, memory: Memory, verdict: Verdict): Promise<void> {
  const rows = await audit.ask("select run, token from chaos.payment");
  verdict.payments = rows.length;
  const byRun = Map.groupBy(rows, ({ run }) => String(run));
  const seen = [...memory.seen].filter(([name]) => name.endsWith("/pay"));
  for (const [name, { tokens }] of seen) {
    const run = name.slice(0, -"/pay".length);
    const found = (byRun.get(run) ?? []).map(({ token }) => String(token));
    if (found.length !== 1 || !tokens.has(found[0] ?? "")) {
      verdict.violations.push(`${run}: paid ${found.length} times (${found.join()}), seen as ${[...tokens].join()}`);
    }
  }
  if (seen.length !== byRun.size) verdict.violations.push(`${byRun.size} runs have paid, ${seen.length} know of it`);
  const total = await audit.number("select sum(amount) from chaos.balance");
  if (total !== rows.length) verdict.violations.push(`${rows.length} payments make ${total}`);
}

const expectedSteps: Record<string, number> = {
  steps: 5,
  held: 2,
  small: 2,
  family: 2,
  timed: 3,
  order: 2,
  messages: 3,
  paid: 3,
};

async function judgeRun(engine: Engine, run: RunFacts, memory: Memory, verdict: Verdict): Promise<void> {
  const wrong: string[] = [];
  const handle = await engine.get(run.id);
  const { status, generation } = await handle.describe();
  const events = await handle.journal();
  const { verdict: chain, problems } = await engine.verify(run.id);
  if (chain !== "intact") wrong.push(`its chain is ${chain}: ${JSON.stringify(problems).slice(0, 300)}`);

  const cancelled = memory.cancelling.has(run.id) || (run.parent !== null && memory.cancelling.has(run.parent));
  const falls = run.workflow === "order" && memory.started.get(run.id)?.token === "true";
  const due = falls ? "failed" : "completed";
  if (status !== due && !(cancelled && status === "cancelled")) {
    const end = events.at(-1);
    wrong.push(`is ${status}, not ${due}; last: ${end?.type} ${end?.key} ${JSON.stringify(end?.value)?.slice(0, 600)}`);
  }

  const settled = events.filter(({ type, outcome }) => type === "step.settled" && outcome === "ok");
  const keys = new Set<string>();
  let undone = 0;
  let results = 0;
  for (const { key, value } of settled) {
    if (keys.has(key)) wrong.push(`${key} is recorded twice`);
    keys.add(key);
    if (key.includes("undo ")) {
      undone++;
      if (!memory.undone.has(`${run.id}/${key}`)) wrong.push(`${key} is recorded, and nobody undid anything`);
      continue;
    }
    if (typeof value !== "string") continue;
    results++;
    const effect = memory.byToken.get(value);
    const prefix = generation === 1 ? run.id : `${run.id}.${generation}`;
    if (effect === undefined) wrong.push(`${key} has a result that no step gave: ${value}`);
    else if (effect.key !== `${prefix}/${key}`) wrong.push(`${key} has the result of ${effect.key}`);
    else {
      const seen = memory.seen.get(`${effect.run}/${effect.step}`)?.tokens ?? new Set();
      for (const token of seen)
        if (token !== value) wrong.push(`${key} is recorded as ${value} and was seen as ${token}`);
      if (status === "completed" && seen.size === 0) wrong.push(`${key} was never seen`);
    }
  }
  verdict.results += results;
  if (status === "completed") {
    const output = events.find(({ type }) => type === "run.settled")?.value;
    const wanted = run.workflow === "chain" ? generation : expectedSteps[run.workflow];
    if (!Array.isArray(output) || output.length !== wanted) wrong.push(`gave ${JSON.stringify(output)}`);
    else
      for (const token of output)
        if (!memory.byToken.has(String(token))) wrong.push(`gave ${token}, which no step gave`);
  }
  if (falls && undone !== 2) wrong.push(`${undone} of 2 steps are undone`);

  const decisions = events.filter(({ type }) => type === "mail.decision");
  verdict.decisions += decisions.length;
  for (const key of new Set(decisions.map((one) => one.key))) {
    const all = decisions.filter((one) => one.key === key);
    const token = (all[0]?.value as { value?: { token?: string } } | undefined)?.value?.token ?? "";
    if (all.length > 1) wrong.push(`${key} was decided ${all.length} times`);
    const applied = memory.answered.get(`${run.id}/${key}`) ?? new Set();
    const promised = memory.decided.get(`${run.id}/${key}`) ?? new Set();
    for (const one of applied) if (one !== token) wrong.push(`${key} is decided ${token} and the workflow got ${one}`);
    for (const one of promised) if (one !== token) wrong.push(`${key} is decided ${token} and ${one} was told it won`);
    if (promised.size !== 1) wrong.push(`${key}: ${promised.size} were told that they won`);
    if (status === "completed" && applied.size !== 1) wrong.push(`${key}: the workflow got ${applied.size} decisions`);
  }
  for (const [key, tokens] of memory.decided) {
    if (key.startsWith(`${run.id}/`) && !decisions.some((one) => key.endsWith(`/${one.key}`))) {
      wrong.push(`${[...tokens].join()} was told to have won, and there is no decision`);
    }
  }

  const messages = events.filter(({ type }) => type === "mail.signal");
  verdict.messages += messages.length;
  if (run.workflow === "messages") {
    if (messages.length !== 2) wrong.push(`has ${messages.length} messages, not 2`);
    for (const name of ["first", "second"]) {
      const heard = [...(memory.heard.get(`${run.id}/${name}`) ?? [])].join();
      if (heard !== `${name} for ${run.id}`) wrong.push(`heard "${heard}" as ${name}`);
    }
  }
  verdict.violations.push(...wrong.map((what) => `${run.id}: ${what}`));
}
