import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bundle } from "./bundle.mjs";
import { entriesOf } from "./entries.mjs";
import { fingerprint, isFresh, keep } from "./freshness.mjs";

const manifest = {
  name: "shop",
  type: "module",
  exports: { ".": { default: "./dist/index.js" }, "./testing": { default: "./dist/testing/index.js" } },
  dependencies: { outside: "1.0.0" },
  devDependencies: { inside: "1.0.0" },
};
const files = {
  "package-lock.json": "{}",
  "node_modules/inside/package.json": '{ "name": "inside", "type": "module", "main": "index.js" }',
  "node_modules/inside/index.js": "export const inside = 'taken in';",
  "node_modules/inside/LICENSE": "Anybody may.",
  "packages/shop/package.json": JSON.stringify(manifest),
  "packages/shop/src/index.ts": 'export { Till } from "./till.ts"; export const lazy = () => import("./lazy.ts");',
  "packages/shop/src/testing/index.ts": 'export { Till } from "../till.ts";',
  "packages/shop/src/till.ts": "export class Till { open: boolean = true; }",
  "packages/shop/src/lazy.ts": 'import { inside } from "inside"; export const said: string = inside;',
  "packages/shop/src/bin.ts": 'process.stdout.write("shop");',
  "packages/shop/dist/gone.js": "export {};",
  "packages/shop/dist/gone.d.ts": "export {};",
  "packages/shop/dist/till.d.ts": "export {};",
};

let root;
let shop;
const write = (path, text) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const bundled = () => bundle(shop, entriesOf(shop));
const built = (file) => join(shop, "dist", file);
const load = (file) => import(pathToFileURL(built(file)).href);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "holdpoint-build-"));
  shop = join(root, "packages/shop");
  for (const [path, text] of Object.entries(files)) write(path, text);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("a bundle", () => {
  test("has one class behind every entry, and a file for what is loaded later", async () => {
    await bundled();
    const [door, testing] = [await load("index.js"), await load("testing/index.js")];
    expect(new testing.Till()).toBeInstanceOf(door.Till);
    expect((await door.lazy()).said).toBe("taken in");
    expect(readFileSync(built("index.js"), "utf8")).not.toContain("taken in");
  });

  test("keeps a program that is started by its address, maps to the sources, and the licence of what is taken in", async () => {
    const written = await bundled();
    expect(written).toEqual(expect.arrayContaining(["bin.js", "inside.js", "inside.LICENSE"]));
    expect(readFileSync(built("inside.LICENSE"), "utf8")).toBe("Anybody may.");
    expect(JSON.parse(readFileSync(built("bin.js.map"), "utf8")).sources).toEqual(["../src/bin.ts"]);
  });

  test("removes what earlier builds left, and keeps the declarations of today's sources", async () => {
    await bundled();
    expect(["gone.js", "gone.d.ts", "till.d.ts"].filter((file) => existsSync(built(file)))).toEqual(["till.d.ts"]);
  });

  test.each([
    ["an import that leads nowhere", 'export * from "./nowhere.ts";', /nowhere/],
    [
      "a package that the manifest does not list",
      'export * from "stranger";',
      /stranger.* package[.]json does not list/,
    ],
    [
      "two classes of one name",
      'import { one } from "./one.ts"; import { two } from "./two.ts"; export const all = [one, two];',
      /two classes have one name.*Bag[$]1 = class/,
    ],
  ])("is refused for %s", async (_, door, message) => {
    write("node_modules/stranger/package.json", '{ "name": "stranger", "type": "module", "main": "index.js" }');
    write("node_modules/stranger/index.js", "export const stranger = 1;");
    write("packages/shop/src/one.ts", "class Bag {} export const one = Bag;");
    write("packages/shop/src/two.ts", "class Bag {} export const two = Bag;");
    write("packages/shop/src/index.ts", door);
    await expect(bundled()).rejects.toThrow(message);
  });
});

describe("a bundle is made again", () => {
  test.each([
    ["a source changed", () => write("packages/shop/src/till.ts", "export class Till {}"), false],
    ["a source was added", () => write("packages/shop/src/new.ts", "export {};"), false],
    ["the lock file changed", () => write("package-lock.json", "[]"), false],
    ["a file of it is gone", () => rmSync(built("index.js")), false],
    ["a test changed", () => write("packages/shop/src/till.test.ts", "1;"), true],
    ["nothing changed", () => {}, true],
  ])("when %s: %#", async (_, change, fresh) => {
    keep(shop, fingerprint(shop), await bundled());
    change();
    expect(isFresh(shop, fingerprint(shop))).toBe(fresh);
  });
});
