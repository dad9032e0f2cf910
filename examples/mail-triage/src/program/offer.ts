import type { Engine, Hold } from "holdpoint";
import type { Register } from "../triage/register.ts";
import { ask, askLine } from "./ask.ts";
import { holdpointCommand } from "./command.ts";
import { describeHold } from "./report.ts";
import { me } from "./staff.ts";
import { counted } from "./wording.ts";

/** On a terminal shows the first hold and asks, then offers those that look like it; elsewhere says which commands decide them. */
export async function offerHolds(engine: Engine, { open }: Register, stop: AbortSignal): Promise<void> {
  const [hold] = open;
  if (!hold || stop.aborted) return;
  const alike = await lookAlikes(engine, open);
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    if (alike) console.log(`\n${describeBatch(alike)}`);
    console.log(`\nDecide the first (or --reject it):\n  ${commandFor(hold)}`);
    return;
  }
  console.log(`\n${describeHold(hold)}\n`);
  const { name } = proposalOf(hold);
  const answer = await ask(`${name === "quarantine" ? "Quarantine" : "Deliver"} it? [a]pprove, [r]eject, [s]kip: `);
  if (answer === "skip") {
    console.log(`It waits, for as long as it takes. Decide it with\n  ${commandFor(hold)}`);
    return;
  }
  await engine.decide(hold, { approved: answer === "approve" }, { by: me(), channel: "npm start" });
  await engine.runUntilIdle();
  const other = name === "quarantine" ? "inbox" : "quarantine";
  console.log(
    `Filed into out/${answer === "approve" ? name : other}. Your decision is part of the next training: npm start`,
  );
  if (alike) await offerBatch(engine, { ...alike, holds: alike.holds.filter(({ id }) => id !== hold.id) });
  const next = open.find(({ id }) => id !== hold.id && !alike?.holds.some((one) => one.id === id));
  if (next) console.log(`The next one:\n  ${commandFor(next)}`);
}

/** Holds that propose the same, for mails that look alike. */
interface Alike {
  look: string;
  proposed: string;
  holds: readonly Hold[];
}

/** The largest group of open holds that look alike; null when no two do. */
async function lookAlikes(engine: Engine, open: readonly Hold[]): Promise<Alike | null> {
  const groups = new Map<string, Alike>();
  for (const hold of open) {
    const { name } = proposalOf(hold);
    const look = hold.tags[0] ?? "";
    const key = `${name} ${look}`;
    groups.set(key, { look, proposed: name, holds: [...(groups.get(key)?.holds ?? []), hold] });
  }
  const [largest] = [...groups.values()].sort((a, b) => b.holds.length - a.holds.length);
  const [first] = largest?.holds ?? [];
  if (!largest || !first || largest.holds.length < 2) return null;
  // What the engine calls similar asks the same of people: the same question of the same workflow, proposing the same.
  const { items } = await engine.holds.similar(first, { limit: 500 });
  const similar = new Set([first.id, ...items.map(({ id }) => id)]);
  return { ...largest, holds: largest.holds.filter(({ id }) => similar.has(id)).slice(0, 8) };
}

function describeBatch({ look, proposed, holds }: Alike): string {
  return [
    `${counted(holds.length, "mail")} look alike (${look}) and are proposed for out/${proposed}. All at once, with one reason (leave out what you see otherwise):`,
    ...holds.map(({ title }) => `    ${title}`),
    `  ${holdpointCommand(`decide ${holds.map(({ id }) => id).join(" ")} --approve --note ${JSON.stringify(look.replaceAll(/["$`\\]/g, ""))}`)}`,
  ].join("\n");
}

async function offerBatch(engine: Engine, { look, proposed, holds }: Alike): Promise<void> {
  if (holds.length === 0) return;
  console.log(`\n${counted(holds.length, "mail")} that look alike (${look}), proposed for out/${proposed}:`);
  for (const { title } of holds) console.log(`    ${title}`);
  const note = await askLine("Approve all of them? Say why, once for all (empty: no): ");
  if (note === "") return;
  const results = await engine.holds.decideMany(holds, { approved: true }, { by: me(), note, channel: "npm start" });
  await engine.runUntilIdle();
  console.log(`Filed ${counted(results.filter(({ error }) => error === null).length, "mail")} into out/${proposed}.`);
  for (const { error } of results) if (error) console.log(`  ${error.message}`);
}

const proposalOf = ({ action }: Hold): { name: string } => ({ name: action?.name ?? "quarantine" });

const commandFor = ({ id }: Hold): string => holdpointCommand(`decide ${id} --approve`);
