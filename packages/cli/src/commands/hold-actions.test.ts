import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../project.fixture.ts";

const ruled: Readonly<Record<string, string>> = {
  "holdpoint.config.ts": `
import { defineConfig, staticDirectory, workflow } from "holdpoint";

const payout = workflow({ name: "payout" }, async (ctx) => {
  const { approved, votes } = await ctx.approve("sign", {
    title: "Pay?",
    reviewers: { groups: ["finance"], quorum: 2, exclude: ["eve"] },
    deadline: [{ after: "4h", remind: true }, { after: "1d", escalate: { groups: ["leads"] } }],
  });
  return { approved, by: votes?.map((vote) => vote.by) };
});
const note = workflow({ name: "note" }, (ctx) => ctx.approve("sign", { title: "Read?", reviewers: { groups: ["finance"] } }));
export default defineConfig({
  workflows: [payout, note],
  directory: staticDirectory({ groups: { finance: ["ana", "ben", "eve"], leads: ["zoe"] } }),
});
`,
};

interface Held {
  holds: { id: string }[];
  hold: { status: string; progress: { claimedBy: string | null; questions: object[] } };
  run: { status: string };
  output: unknown;
}

let project: TestProject;
let id: string;
let count = 0;
const holds = (...args: string[]) => project.holdpoint(["holds", ...args]);
const begin = async (workflow: string): Promise<void> => {
  const { holds } = await project.json<Held>(["run", workflow, "--id", `${workflow}-${++count}`]);
  id = holds[0]?.id ?? "";
};
beforeAll(() => {
  buildCommand();
  project = testProject(ruled);
});
afterAll(() => project.remove());

describe("what people do with holds", () => {
  describe("one that two must sign", () => {
    beforeEach(() => begin("payout"));

    test("is voted on, asked about and remarked on; show tells all of it", async () => {
      expect((await holds("--for", "ana")).stdout).toContain(id);
      expect((await holds("--for", "eve")).stdout).not.toContain(id);
      const refused = await holds("claim", id, "--by", "ana");
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("takes 2 votes") });
      const first = await project.holdpoint(["decide", id, "--approve", "--by", "ana", "--note", "fine"]);
      expect(first.stderr).toContain("voted by ana; it waits for others (1 vote so far)");
      expect((await holds("ask", id, "Which invoice?", "--by", "ben")).stdout).toContain("question 1 is asked");
      expect((await holds("comment", id, "the customer called", "--by", "zoe")).stdout).toContain("noted");
      const shown = (await holds("show", id)).stdout;
      expect(shown).toMatch(/who +group finance: 2 must agree/);
      expect(shown).toMatch(/who +not eve/);
      expect(shown).toMatch(/vote +approved by ana: fine/);
      expect(shown).toContain("1. Which invoice? (ben)");
      expect(shown).toMatch(/leads may decide as well/);
      expect(shown).toMatch(/commented by zoe \(cli\)/);
      const barred = await project.holdpoint(["decide", id, "--approve", "--by", "eve"]);
      expect(barred).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('"eve" may not decide "Pay?" ("eve" is excluded); finance (ana, ben) may'),
      });
      const second = await project.json<Held>(["decide", id, "--approve", "--by", "ben"]);
      expect(second).toMatchObject({ run: { status: "completed" }, output: { approved: true, by: ["ana", "ben"] } });
    });
  });

  test("abstentions that leave nobody to approve it end it, and the run goes on", async () => {
    await begin("note");
    for (const by of ["ana", "ben"]) {
      expect((await holds("abstain", id, "--by", by, "--note", "I know them")).stdout).toContain(
        "it waits for the others",
      );
    }
    const left = await project.json<Held>(["holds", "abstain", id, "--by", "eve"]);
    expect(left).toMatchObject({
      hold: { status: "decided" },
      run: { status: "completed" },
      output: { approved: false },
    });
  });

  test("is exported: a signed file that is checked without the project, and a page", async () => {
    await begin("note");
    await project.holdpoint(["decide", id, "--approve", "--by", "ana", "--note", "<b>fine</b>"]);
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    project.write("own.key.pem", privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    project.write("own.pub.pem", publicKey.export({ type: "spki", format: "pem" }).toString());
    expect((await holds("export", id)).stderr).toContain("export with which key?");
    const done = await holds("export", id, "--key", "own.key.pem", "-o", "note.hold.json");
    expect(done.stderr).toContain("written to note.hold.json, signed by sha256:");
    const file = join(project.directory, "note.hold.json");
    const text = readFileSync(file, "utf8");
    const elsewhere = { cwd: "elsewhere" };
    project.write("elsewhere/own.pub.pem", readFileSync(join(project.directory, "own.pub.pem"), "utf8"));
    const verify = ["verify", "--hold-export", "../note.hold.json", "--public-key", "own.pub.pem"];
    const whole = await project.holdpoint(verify, elsewhere);
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining("the record is what was recorded") });
    writeFileSync(file, text.replaceAll("Read?", "Pay?"));
    const broken = await project.holdpoint(verify, elsewhere);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain("what the reviewers were shown");
    expect(broken.stdout).toContain("something in it was changed");
    const page = (await holds("export", id, "--html", "--unsigned")).stdout;
    expect(page).toContain("&lt;b&gt;fine&lt;/b&gt;");
    expect(page).toContain("<dt>signed by</dt><dd>nobody</dd>");
  });

  test("others like it are approved in advance: given, listed, shown in what they decide, revoked", async () => {
    await begin("note");
    const decide = (...args: string[]) => project.holdpoint(["decide", id, "--approve", "--by", "ana", ...args]);
    expect((await decide("--most", "arguments.a=1")).stderr).toContain("--for, --most and --same go with --next N");
    expect((await decide("--next", "2", "--for", "1h")).stderr).toContain("the next 2 like it are approved, too");
    const { grants } = await project.json<{ grants: { id: string; used: number }[] }>(["grants"]);
    const [grant] = grants;
    const next = await project.json<Held>(["run", "note", "--id", `note-${++count}`]);
    expect(next).toMatchObject({ output: { approved: true, by: "ana", grant: grant?.id } });
    expect((await project.holdpoint(["grants"])).stdout).toMatch(/ana +note: sign +1 of 2/);
    const { holds: all } = await project.json<Held>(["holds", "--status", "decided", "--workflow", "note"]);
    expect((await holds("show", all[0]?.id ?? "")).stdout).toContain(`approved by ana through grant ${grant?.id}`);
    expect((await project.holdpoint(["grants", "show", grant?.id ?? ""])).stdout).toContain(all[0]?.id);
    expect((await project.holdpoint(["grants", "revoke", grant?.id ?? "", "--by", "ben"])).stdout).toContain(
      "used 1 of 2",
    );
    await begin("note");
    expect((await project.holdpoint(["grants"])).stdout).toContain("nothing is approved in advance");
    const alone = await project.holdpoint(["grants", "give", id, "--next", "1", "--for", "1h", "--by", "eve"]);
    expect(alone).toMatchObject({ code: 0, stdout: expect.stringContaining("0 of 1") });
    const { grants: left } = await project.json<{ grants: { id: string }[] }>(["grants"]);
    for (const one of left) await project.holdpoint(["grants", "revoke", one.id, "--by", "ben"]);
  });

  test("other rules are tried on what was decided", async () => {
    await begin("note");
    const decided = id;
    await project.holdpoint(["decide", decided, "--approve", "--by", "ana"]);
    const dryRun = (policy: object) =>
      holds("dry-run", "note", "sign", "--policy", JSON.stringify(policy), "--limit", "1");
    expect((await dryRun({ reviewers: { people: ["zoe"] } })).stdout).toMatch(
      new RegExp(`${decided} +approved by ana +open .*"ana" may not decide`),
    );
    expect((await dryRun({ reviewers: { groups: ["finance"] } })).stdout).toContain("1 would have ended the same");
    expect((await dryRun({ holdWhen: [{ cel: "amount >" }] })).stderr).toContain("is not an expression in CEL");
    expect((await dryRun({ votes: 2 })).stderr).toContain('--policy has "votes"');
    expect((await holds("lessons")).stdout).toContain("nothing to learn from");
  });

  test("its evidence is replaced, from a file", async () => {
    await begin("note");
    project.write("evidence.json", JSON.stringify({ total: 9 }));
    expect((await holds("amend", id, "evidence.json")).stdout).toContain("must read it again (revision 1)");
    expect((await holds("show", id)).stdout).toContain("total");
  });

  test("several at once, one of them otherwise", async () => {
    const ids: string[] = [];
    for (const _ of [1, 2]) {
      await begin("note");
      ids.push(id);
    }
    const each = JSON.stringify({ [id]: { answer: { approved: false }, note: "not this one" } });
    const many = ["decide", ...ids, "--approve", "--note", "the usual ones", "--by", "ana"];
    expect((await project.holdpoint([...many, "--each", '{"h":{"reason":1}}'])).stderr).toContain('h has "reason"');
    const { results } = await project.json<{ results: { hold: { decision: object } }[] }>([...many, "--each", each]);
    expect(results.map(({ hold }) => hold.decision)).toMatchObject([
      { value: { approved: true }, note: "the usual ones" },
      { value: { approved: false }, note: "not this one" },
    ]);
  });

  test("one that is claimed is released, assigned and delegated", async () => {
    await begin("note");
    const claimed = await project.json<Held>(["holds", "claim", id, "--by", "ana"]);
    expect(claimed.hold.progress.claimedBy).toBe("ana");
    expect((await holds("release", id, "--by", "ana")).code).toBe(0);
    expect((await holds("assign", id, "ben", "--by", "ana")).stdout).toContain("it is with ben");
    expect((await holds("delegate", id, "ivo", "--by", "ben")).stdout).toContain("ivo may decide in your place");
    expect((await holds("answer", id, "1", "No. 7", "--by", "ana")).stderr).toContain('question "1"');
    expect((await project.holdpoint(["decide", id, "--approve", "--by", "ivo"])).code).toBe(0);
  });
});
