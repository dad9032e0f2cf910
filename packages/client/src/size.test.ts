import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

/** What a browser would load: bundled and minified, with everything it imports at run time. */
async function bundled(): Promise<{ code: string; modules: string[] }> {
  const bundler = await rolldown({ input: resolve(import.meta.dirname, "index.ts"), platform: "browser" });
  const { output } = await bundler.generate({ format: "esm", minify: true });
  await bundler.close();
  const [first, ...more] = output;
  expect(more).toEqual([]);
  return { code: first.code, modules: first.moduleIds };
}

test("the client is under 8 kB, without any code of the schemas or of Node", async () => {
  const { code, modules } = await bundled();
  expect(gzipSync(code).length).toBeLessThan(8 * 1024);
  expect(modules.filter((id) => /node_modules|contract/.test(id))).toEqual([]);
  expect(code).not.toMatch(/\bprocess\.|\bBuffer\b|\brequire\(|from"node:/);
});
