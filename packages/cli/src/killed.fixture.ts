import { createClient, type HoldpointClient } from "@holdpoint/client";
import { expect } from "vitest";
import type { TestProject } from "./project.fixture.ts";

/** A project of the workflow that is started and decided while its server is killed. */
export const killedProject = {
  "holdpoint.config.ts": `
import { defineConfig, workflow } from "holdpoint";
const refund = workflow({ name: "refund" }, async (ctx) => {
  const { approved } = await ctx.approve("ok", { title: "Pay back?" });
  return approved;
});
export default defineConfig({ workflows: [refund], log: { debug() {}, info() {}, warn() {}, error() {} } });
`,
};

interface Serving {
  pid: number;
  url: string;
  key: string | null;
  ended: Promise<number | null>;
}

async function serving(project: TestProject, env: Readonly<Record<string, string>>): Promise<Serving> {
  const running = project.start(["start", "--port", "0", "--json"], { env });
  await running.prints(/^\}/m);
  // Lines of the log are between it, each an object of its own.
  const json = /^\{$[\s\S]*?^\}$/m.exec(running.output())?.[0] ?? "";
  return { ...(JSON.parse(json) as Omit<Serving, "ended">), ended: running.ended };
}

/** What the server has said yes to. */
interface Acknowledged {
  runs: Set<string>;
  decisions: Map<string, boolean>;
}

/** Starts runs and decides their holds, one after the other, until the server is gone. */
async function work(client: HoldpointClient, name: string, said: Acknowledged): Promise<void> {
  try {
    for (let n = 0; ; n++) {
      const id = `${name}-${n}`;
      await client.runs.start({ workflow: "refund", id });
      said.runs.add(id);
      const hold = await openHold(client, id);
      const approved = n % 2 === 0;
      await client.holds.decide({ hold, answer: { approved } });
      said.decisions.set(hold, approved);
    }
  } catch {
    // Killed in the middle of something: that one was not acknowledged.
  }
}

/** The hold of a run, once it is open: a start is acknowledged before the run is executed. */
async function openHold(client: HoldpointClient, run: string): Promise<string> {
  for (;;) {
    const [hold] = (await client.holds.list({ run })).items;
    if (hold) return hold.id;
  }
}

/** What came of it. */
export interface KilledReport {
  starts: number;
  decisions: number;
  kills: number;
  /** Ids of runs and holds that were acknowledged and are not there, or are otherwise. */
  lost: string[];
}

/** Kills a server again and again while it takes starts and decisions; afterwards asks a new one for everything that was acknowledged. */
export async function killWhileItWorks(
  project: TestProject,
  { wanted, kills, env = {} }: { wanted: number; kills: number; env?: Readonly<Record<string, string>> },
): Promise<KilledReport> {
  const said: Acknowledged = { runs: new Set(), decisions: new Map() };
  let key = "";
  for (let round = 1; round <= kills; round++) {
    const server = await serving(project, env);
    key = server.key ?? key;
    const client = createClient({ url: server.url, key });
    const workers = Array.from({ length: 20 }, (_, n) => work(client, `r${round}-${n}`, said));
    await expect
      .poll(() => said.runs.size + said.decisions.size, { timeout: 600_000, interval: 5 })
      .toBeGreaterThanOrEqual((wanted * round) / kills);
    process.kill(server.pid, "SIGKILL");
    await server.ended;
    await Promise.all(workers);
  }
  const server = await serving(project, env);
  const lost = await missingOf(createClient({ url: server.url, key }), said);
  process.kill(server.pid, "SIGTERM");
  await server.ended;
  return { starts: said.runs.size, decisions: said.decisions.size, kills, lost };
}

async function missingOf(client: HoldpointClient, said: Acknowledged): Promise<string[]> {
  const lost: string[] = [];
  for (const id of said.runs) await client.runs.show({ run: id }).catch(() => lost.push(id));
  for (const [hold, approved] of said.decisions) {
    const { status, decision } = await client.holds.show({ hold });
    if (status !== "decided" || (decision?.value as { approved?: boolean } | undefined)?.approved !== approved)
      lost.push(hold);
  }
  return lost;
}
