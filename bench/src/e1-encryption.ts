import { encrypted, keyring, type Store, workflow } from "holdpoint";
import { type StoreKind, timed, withEngine } from "./engines.ts";
import { type Figure, figure, median } from "./figures.ts";

const steps = 2_000;
const keys = keyring({ current: "bench", keys: { bench: Buffer.alloc(32, 1) } });
const asItIs = (store: Store): Store => store;
const sealed = (store: Store): Store => encrypted(store, { keys });

const invoice = { id: "A-7", customer: "Ana", lines: Array.from({ length: 8 }, (_, n) => ({ n, text: `line ${n}` })) };
const sequential = workflow({ name: "encryption-steps" }, async (ctx) => {
  for (let i = 0; i < steps; i++) await ctx.step("one", () => invoice);
});
const short = workflow({ name: "encryption-start" }, (ctx) => ctx.step("one", () => invoice));

/** Microseconds of one step with a result of about 300 bytes. */
const step = (kind: StoreKind, around: (store: Store) => Store): Promise<number> =>
  withEngine(
    kind,
    { workflows: [sequential] },
    async (engine) => ((await timed(async () => (await engine.run(sequential, undefined)).result())) * 1000) / steps,
    around,
  );

/** Microseconds of one short run, of 500 that are started at once. */
const run = (kind: StoreKind, around: (store: Store) => Store): Promise<number> =>
  withEngine(
    kind,
    { workflows: [short] },
    async (engine) => {
      const all = Array.from({ length: 500 }, async () => (await engine.run(short, undefined)).result());
      return ((await timed(() => Promise.all(all))) * 1000) / all.length;
    },
    around,
  );

/** E1: what encryption adds to a step and to a short run; plain and encrypted alternate. Reports only. */
export async function e1(rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const kind of ["memory", "relaxed", "full"] as const) {
    for (const [name, measure] of [
      ["step", step],
      ["short run", run],
    ] as const) {
      const plain: number[] = [];
      const encryptedOnes: number[] = [];
      await measure(kind, asItIs);
      await measure(kind, sealed);
      for (let round = 0; round < rounds; round++) {
        plain.push(await measure(kind, asItIs));
        encryptedOnes.push(await measure(kind, sealed));
      }
      const added = encryptedOnes.map((one, round) => one - (plain[round] ?? Number.NaN));
      const note = `${median(plain).toFixed(1)} µs plain, ${median(encryptedOnes).toFixed(1)} µs encrypted`;
      figures.push(
        figure(`E1 ${kind}`, `encryption adds to a ${name}`, "µs", { must: 100, aim: 50, less: true }, added, note),
      );
    }
  }
  return figures;
}
