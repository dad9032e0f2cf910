import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { listCorpus, readMail } from "./corpus/corpus.ts";
import { readLedger } from "./triage/ledger.ts";

// The whole program, as a user starts it: built, in an empty directory, with real processes and real kills.

const example = fileURLToPath(new URL("..", import.meta.url));
const program = join(example, "dist/main.js");
const command = fileURLToPath(new URL("../../../packages/cli/bin/holdpoint.js", import.meta.url));
const trained = mkdtempSync(join(tmpdir(), "mail-triage-trained-"));
let folder: string;
const running = new Set<ChildProcess>();

beforeAll(() => {
  const build = fileURLToPath(new URL("../../../scripts/build.mjs", import.meta.url));
  const built = spawnSync(process.execPath, [build, "examples/mail-triage"], { encoding: "utf8" });
  expect(built.stdout + built.stderr).not.toMatch(/examples\/mail-triage|does not bundle|Error:/);
  const first = spawnSync(process.execPath, [program, "--count", "1"], { cwd: trained, encoding: "utf8" });
  expect(first.status, first.stdout + first.stderr).toBe(0);
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mail-triage-"));
  cpSync(join(trained, ".holdpoint/mail-triage/models"), join(folder, ".holdpoint/mail-triage/models"), {
    recursive: true,
  });
  return () => {
    for (const child of running) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
});

afterAll(() => rmSync(trained, { recursive: true, force: true }));

/** The `holdpoint` command in the program's folder. */
function holdpoint(...args: string[]) {
  const config = pathToFileURL(join(example, "dist/config.js")).href;
  const text = `import { configFor } from ${JSON.stringify(config)};\nexport default configFor(import.meta.dirname);\n`;
  writeFileSync(join(folder, "holdpoint.config.mjs"), text);
  return spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: "utf8" });
}

interface Ended {
  code: number | null;
  output: string;
}

function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended>; output: () => string } {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    output += data.toString();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => {
      running.delete(child);
      resolve({ code, output });
    });
  });
  return { child, ended, output: () => output };
}

const filesIn = (name: string): string[] => readdirSync(join(folder, "out", name)).sort();
const allFiles = (): string[] => ["incoming", "held", "inbox", "quarantine"].flatMap(filesIn).sort();

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 12_000) throw new Error("what was waited for did not come");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Every mail is in one folder, whole, and none waits to be triaged. */
function expectAllSettled(count: number): void {
  expect(filesIn("incoming")).toEqual([]);
  expect(new Set(allFiles()).size).toBe(count);
  expect(allFiles()).toHaveLength(count);
  const sizes = new Set(listCorpus().map((mail) => readMail(mail).byteLength));
  for (const name of ["held", "inbox", "quarantine"]) {
    for (const file of filesIn(name)) expect(sizes).toContain(readFileSync(join(folder, "out", name, file)).byteLength);
  }
}

test("a worker is killed at work, nothing is lost or recorded twice, and what is unsure waits with its command", async () => {
  const { code, output } = await start("--count", "160").ended;
  expect(code, output).toBe(0);
  const killed = /SIGKILL: worker (\d+) was killed at work, with (\d+) runs in flight/.exec(output);
  expect(Number(killed?.[2]), output).toBeGreaterThanOrEqual(10);
  expect(output).toMatch(/ lost {2,}0\n/);
  expect(output).toMatch(/ recorded twice {2,}0\n/);
  expect(Number(/executed again {2,}(\d+)/.exec(output)?.[1])).toBeGreaterThan(0);
  expect(new Set(readLedger(join(folder, "out/ledger.jsonl")).map(({ pid }) => pid))).toContain(Number(killed?.[1]));
  expectAllSettled(160);
  expect(output).toContain(`${filesIn("held").length} mails wait for you`);
  expect(output).toMatch(/npx holdpoint decide \S+ --approve\n$/);
  expect(output).not.toMatch(/[\w.+-]+@[\w-]+\.\w/);

  const again = await start().ended;
  expect(again.code).toBe(0);
  expect(again.output).toContain("All mails were triaged by an earlier start.");
  expect(again.output).not.toContain("SIGKILL");
});

test("the printed batch files mails that look alike with one reason, and the next start learns from the export", async () => {
  const { output } = await start("--count", "200").ended;
  const line = /npx holdpoint (decide (?:\S+ ){2,}--approve --note "[^"]+")\n/.exec(output)?.[1] ?? "";
  const ids = line.match(/h_\w+/g) ?? [];
  const reason = /"([^"]+)"/.exec(line)?.[1];
  const [, many, folderOf] = /(\d+) mails look alike \(.*\) and are proposed for out\/(\w+)/.exec(output) ?? [];
  expect(ids).toHaveLength(Number(many));
  const before = filesIn(folderOf ?? "").length;
  const eve = holdpoint("decide", ...ids, "--approve", "--note", "mine", "--by", "eve");
  expect(eve.status).toBe(1);
  expect(eve.stdout).toContain("mail-desk (");
  const decided = holdpoint("decide", ...ids, "--approve", "--note", reason ?? "");
  expect(decided.status, decided.stdout + decided.stderr).toBe(0);
  expect(filesIn(folderOf ?? "")).toHaveLength(before + ids.length);

  const next = await start().ended;
  expect(next.code, next.output).toBe(0);
  const lines = readFileSync(join(folder, "out/decisions.jsonl"), "utf8").trim().split("\n");
  expect(lines.map((one) => JSON.parse(one))).toEqual(
    expect.arrayContaining(
      ids.map((hold) =>
        expect.objectContaining({ hold, note: reason, label: folderOf === "quarantine" ? "spam" : "good" }),
      ),
    ),
  );
  expect(next.output).toContain(`2,218 mails and ${ids.length} decisions of yours`);
  const held = filesIn("held").length;
  expect(next.output).toContain(`  reminded of ${held}, shown to the leads, too: ${held} (`);
  const lead = /npx holdpoint decide (\S+) --approve\n$/.exec(next.output)?.[1] ?? "";
  const { audit } = JSON.parse(holdpoint("holds", "show", lead, "--json").stdout) as { audit: { action: string }[] };
  expect(audit.map(({ action }) => action)).toEqual(["opened", "reminded", "escalated"]);
  expect(holdpoint("decide", lead, "--reject", "--by", "postmaster").status).toBe(0);
  expect(filesIn("held")).toHaveLength(held - 1);
});

test("the printed command files its mail, and the next start learns from it", async () => {
  const { output } = await start("--count", "60").ended;
  const args = /npx holdpoint (decide \S+ --approve)\n$/.exec(output)?.[1]?.split(" ") ?? [];
  const held = filesIn("held");
  const decided = holdpoint(...args);
  expect(decided.status, decided.stdout + decided.stderr).toBe(0);
  const filed = held.filter((file) => !filesIn("held").includes(file));
  expect(filed).toHaveLength(1);
  const proposed = JSON.parse(holdpoint("holds", "show", args[1] ?? "", "--json").stdout).hold.action.name;
  expect(filesIn(proposed)).toEqual(expect.arrayContaining(filed));

  const next = await start().ended;
  expect(next.code, next.output).toBe(0);
  expect(next.output).toContain("2,218 mails and 1 decision of yours");
  expect(next.output).toMatch(/Learnt 1 decision of yours\. On 659 mails that were never triaged or trained on:/);
  expect(next.output).toMatch(/probabilities moved by 0\.\d*[1-9]/);
  expect(next.output).toContain("decided by people       1");
});

test("Ctrl-C stops between steps, and the next start goes on", async () => {
  const first = start("--count", "400");
  await until(() => readLedger(join(folder, "out/ledger.jsonl")).length > 20);
  first.child.kill("SIGINT");
  first.child.kill("SIGINT"); // npm and the bootstrap pass it on once more
  const { code, output } = await first.ended;
  expect(code, output).toBe(130);
  expect(output).toContain("Stopped.");
  expect(filesIn("incoming").length).toBeGreaterThan(0);
  const second = await start().ended;
  expect(second.code, second.output).toBe(0);
  expect(second.output).toMatch(/ lost {2,}0\n/);
  expectAllSettled(400);
});

test("when the program itself is killed, its worker ends and the next start goes on", async () => {
  const first = start("--count", "400");
  await until(() => readLedger(join(folder, "out/ledger.jsonl")).length > 20);
  const worker = readLedger(join(folder, "out/ledger.jsonl"))[0]?.pid ?? 0;
  first.child.kill("SIGKILL");
  await first.ended;
  await until(() => !isAlive(worker));
  const second = await start().ended;
  expect(second.code, second.output).toBe(0);
  expectAllSettled(400);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("mails cut short or removed, and a state file cut short, are mended by the next start", async () => {
  await start("--count", "60").ended;
  const [cut, removed, held] = [filesIn("inbox")[0], filesIn("inbox")[1], filesIn("held")[0]];
  truncateSync(join(folder, "out/inbox", cut ?? ""), 10);
  rmSync(join(folder, "out/inbox", removed ?? ""));
  rmSync(join(folder, "out/held", held ?? ""));
  writeFileSync(join(folder, ".holdpoint/mail-triage/state.json"), '{"model":"ab');
  const { code, output } = await start("--count", "60").ended;
  expect(code, output).toBe(0);
  expect(output).toContain("3 mails removed from out/ or cut short since the last start: put back.");
  expect(filesIn("inbox")).toEqual(expect.arrayContaining([cut, removed]));
  expect(filesIn("held")).toContain(held);
  expectAllSettled(60);
});

test("--fresh starts over, and a second program at once is refused", async () => {
  await start("--count", "30").ended;
  const first = start("--count", "400", "--fresh");
  await until(() => existsSync(join(folder, "out/ledger.jsonl")) && first.output().includes("Triage"));
  const second = await start("--count", "30").ended;
  expect(second.code).toBe(1);
  expect(second.output).toContain("another npm start");
  expect((await first.ended).code).toBe(0);
  expectAllSettled(400);
});

test("a wrong option is one sentence, not a stack trace", async () => {
  const { code, output } = await start("--count", "many").ended;
  expect(code).toBe(1);
  expect(output).toBe("mail-triage: --count many: not a number of mails\n");
});
