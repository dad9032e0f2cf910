import { createClient, type HoldpointClient } from "@holdpoint/client";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../project.fixture.ts";

/** The long form: HOLDPOINT_KILL=5000 npx vitest run --project cli packages/cli/src/commands/start-killed.test.ts */
const wanted = Number(process.env.HOLDPOINT_KILL ?? 120);
const kills = 3;

const config = `
import { defineConfig, workflow } from "holdpoint";
const refund = workflow({ name: "refund" }, async (ctx) => {
  const { approved } = await ctx.approve("ok", { title: "Pay back?" });
  return approved;
});
export default defineConfig({ workflows: [refund], log: { debug() {}, info() {}, warn() {}, error() {} } });
`;

let project: TestProject;
beforeAll(() => buildCommand());
beforeEach(() => {
  project = testProject({ "holdpoint.config.ts": config });
});
afterEach(() => project.remove());

interface Serving {
  pid: number;
  url: string;
  key: string | null;
  ended: Promise<number | null>;
}

async function serving(): Promise<Serving> {
  const running = project.start(["start", "--port", "0", "--json"]);
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
      const { items } = await client.holds.list({ run: id });
      const [hold] = items;
      if (!hold) continue;
      const approved = n % 2 === 0;
      await client.holds.decide({ hold: hold.id, answer: { approved } });
      said.decisions.set(hold.id, approved);
    }
  } catch {
    // Killed in the middle of something: that one was not acknowledged.
  }
}

test("a server that is killed while it takes starts and decisions has every one it acknowledged", {
  timeout: wanted > 1000 ? 1_800_000 : 180_000,
}, async () => {
  const said: Acknowledged = { runs: new Set(), decisions: new Map() };
  let key = "";
  for (let round = 1; round <= kills; round++) {
    const server = await serving();
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
  const server = await serving();
  const client = createClient({ url: server.url, key });
  const lost: string[] = [];
  for (const id of said.runs) await client.runs.show({ run: id }).catch(() => lost.push(id));
  for (const [hold, approved] of said.decisions) {
    const { status, decision } = await client.holds.show({ hold });
    if (status !== "decided" || (decision?.value as { approved?: boolean } | undefined)?.approved !== approved)
      lost.push(hold);
  }
  if (wanted > 1000)
    console.log(`acknowledged: ${said.runs.size} starts, ${said.decisions.size} decisions, ${kills} kills`);
  expect(lost).toEqual([]);
  expect(said.decisions.size).toBeGreaterThan(0);
  process.kill(server.pid, "SIGTERM");
  await server.ended;
});
