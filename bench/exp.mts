import { createEngine, postgres, workflow } from "holdpoint";
import pg from "pg";
import { startPostgres } from "./src/p-server.ts";
import { postgresRates } from "./src/postgres-raw.ts";
const server = await startPostgres({fsync:"off"});
const seq = workflow({ name: "sequential" }, async (ctx) => { for (let i = 0; i < 1000; i++) await ctx.step("one", () => i); });
const short = workflow({ name: "short" }, async (ctx) => { for (let i = 0; i < 5; i++) await ctx.step("one", () => i); });
let n = 0;
async function one(drop: string[], label: string) {
  const schema = `s${++n}`;
  const engine = createEngine({ determinism: "off", store: postgres(server.url, { schema }), workflows: [seq, short], concurrency: 50 });
  await engine.start();
  const c = new pg.Client(server.url); await c.connect();
  for (const d of drop) await c.query(`drop index ${schema}.${d}`);
  await c.end();
  await Promise.all(Array.from({ length: 100 }, async () => (await engine.run(short, undefined)).result()));
  await (await engine.run(seq, undefined)).result();
  const cpu0 = process.cpuUsage(); const s0 = server.cpuSeconds();
  for (let i=0;i<3;i++) await (await engine.run(seq, undefined)).result();
  const u = process.cpuUsage(cpu0); const s1 = server.cpuSeconds();
  const c2 = process.cpuUsage(); 
  const started = await Promise.all(Array.from({ length: 2000 }, () => engine.run(short, undefined)));
  await Promise.all(started.map((r) => r.result()));
  const u2 = process.cpuUsage(c2); const s2 = server.cpuSeconds();
  await engine.stop();
  return { label, w1: (u.user+u.system)/3000, s1: (s1-s0)*1e6/3000, w2: (u2.user+u2.system)/10000, s2: (s2-s1)*1e6/10000 };
}
const idx = ["run_suspect","run_woken","run_delayed","run_running","run_wake","run_key_held","run_by_parent","run_by_thread","run_finished_root","run_by_status","run_by_attribute"];
const all: Record<string, any[]> = {};
for (let r=0;r<5;r++) for (const [label, drop] of [["all",[]],["-5",idx.slice(0,5).filter(x=>x)],["-11",idx]] as const) { const x = await one([...drop], label); (all[label]??=[]).push(x); }
const med=(a:number[])=>a.sort((x,y)=>x-y)[Math.floor(a.length/2)];
for (const [l,xs] of Object.entries(all)) console.log(l, Object.fromEntries(["w1","s1","w2","s2"].map(k=>[k,med(xs.slice(1).map(x=>x[k]))!.toFixed(1)])));
await server.stop(); process.exit(0);
