import autocannon from "autocannon";
import { serveApart } from "./served.ts";

const connections = 50;

/** Starts of runs over HTTP beside those of the bare engine in the same process: by the clock, and by the processor time of that process. */
export async function loadStarts(name: string, store: string, seconds: number): Promise<void> {
  const server = await serveApart(store);
  const shoot = (rate?: number): Promise<autocannon.Result> =>
    autocannon({
      url: `${server.url}/api/v1/runs`,
      method: "POST",
      headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
      body: JSON.stringify({ workflow: "idle" }),
      connections,
      duration: seconds,
      ...(rate === undefined ? {} : { overallRate: rate }),
    });
  // Both are warm before they are measured.
  await server.bare(2_000, connections);
  await server.bare(2_000, 1);
  const count = 10_000;
  const bare = await server.bare(count, connections);
  await shoot();
  const before = await server.cpuMs();
  const full = await shoot();
  const cpuMs = (await server.cpuMs()) - before;
  // Before and behind: a machine that others use, too, is not the same a minute later.
  const again = await server.bare(count, connections);
  const half = await shoot(Math.max(1, Math.floor(full.requests.average / 2)));
  const wrong = full.non2xx + full.errors + half.non2xx + half.errors;
  const bareCpu = ((bare.cpuMs + again.cpuMs) * 1000) / (2 * count);
  const bareRate = (2 * count * 1000) / (bare.ms + again.ms);
  const cpu = (cpuMs * 1000) / full.requests.total;
  console.log(
    [
      `${name}:`,
      `${Math.round(bareRate)} starts/s by the bare engine, ${Math.round(full.requests.average)} over HTTP,`,
      `${(bareRate / full.requests.average).toFixed(1)} times (aim: at most 3);`,
      `processor ${Math.round(bareCpu)} and ${Math.round(cpu)} µs each, ${(cpu / bareCpu).toFixed(1)} times;`,
      `at half load p50 ${half.latency.p50} ms, p99 ${half.latency.p99} ms; ${wrong} refused`,
    ].join(" "),
  );
  server.stop();
}
