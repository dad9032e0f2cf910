import { createEngine, type Engine, workflow } from "holdpoint";
import { storeOf, timed } from "./engines.ts";
import { type Figure, figure, median } from "./figures.ts";
import { place } from "./place.ts";

interface Section {
  id: number;
  title: string;
  text: string;
}

/** A JSON document of about 1 MB. */
function makeDocument(): Section[] {
  const words = "the payment was held until somebody with the authority had looked at it and signed".split(" ");
  return Array.from({ length: 1000 }, (_, id) => ({
    id,
    title: `Section ${id}`,
    text: `${Array.from({ length: 170 }, (_, i) => words[(i * 7 + id * 13) % words.length]).join(" ")} ${id * 7919}`,
  }));
}

const edited = workflow({ name: "edited" }, async (ctx) => {
  let sections = await ctx.step("write", makeDocument);
  for (let i = 0; i < 20; i++) {
    const before = sections;
    sections = await ctx.step("edit", () =>
      before.map((section) => (section.id === i * 47 ? { ...section, text: `${section.text} edited ${i}` } : section)),
    );
  }
  return sections.length;
});

export async function s7(rounds: number): Promise<Figure[]> {
  const times: number[] = [];
  const sizes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const where = place();
    const open = async (): Promise<Engine> => {
      const engine = createEngine({ determinism: "off", workflows: [edited], store: storeOf("full", where.file) });
      await engine.start();
      return engine;
    };
    await (await open()).stop();
    const before = where.bytes();
    const engine = await open();
    times.push((await timed(async () => (await engine.run(edited, undefined)).result())) / 1000);
    // Stopped, the WAL is folded in: what is stored, without what is stored twice for a while.
    await engine.stop();
    sizes.push((where.bytes() - before) / 1e6);
    where.remove();
  }
  const less = true;
  const size = JSON.stringify(makeDocument()).length / 1e6;
  return [
    figure(
      "S7 time",
      `a ${size.toFixed(2)} MB document edited by 20 steps`,
      "s",
      { must: 0.45, aim: 0.3, less },
      times,
    ),
    figure(
      "S7 stored",
      "the same, stored",
      "MB",
      { must: 2.5, aim: 1.6, less },
      sizes,
      `median of ${median(sizes).toFixed(2)}`,
    ),
  ];
}
