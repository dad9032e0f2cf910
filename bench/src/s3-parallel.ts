import { workflow } from "holdpoint";
import { timed, withEngine } from "./engines.ts";
import { type Figure, figure } from "./figures.ts";

const parallel = workflow({ name: "parallel" }, async (ctx) => {
  await Promise.all(Array.from({ length: 1000 }, (_, i) => ctx.step("one", () => i)));
});

export async function s3(rounds: number): Promise<Figure[]> {
  const values: number[] = [];
  for (let round = -3; round < rounds; round++) {
    values.push(
      await withEngine("full", { workflows: [parallel] }, (engine) =>
        timed(async () => (await engine.run(parallel, undefined)).result()),
      ),
    );
  }
  values.splice(0, 3); // uncounted: a worker is a process that has been up for a while
  return [figure("S3 full", "1,000 parallel steps and a join", "ms", { must: 25, aim: 12, less: true }, values)];
}
