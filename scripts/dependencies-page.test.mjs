import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

test("docs/dependencies.md names every dependency, and no other", () => {
  const wanted = new Set();
  const workspaces = ["packages", "examples"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name)),
  );
  for (const workspace of [".", "bench", ...workspaces]) {
    const path = join(workspace, "package.json");
    if (!existsSync(join(root, path))) continue;
    const { dependencies, devDependencies, peerDependencies } = JSON.parse(readFileSync(join(root, path), "utf8"));
    for (const name of Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })) {
      if (name !== "holdpoint" && !name.startsWith("@holdpoint/")) wanted.add(name);
    }
  }
  const rows = readFileSync(join(root, "docs/dependencies.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) => [...row.split("|")[1].matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  expect(named.sort()).toEqual([...wanted].sort());
});
