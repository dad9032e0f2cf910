import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { DivergedError } from "../errors.ts";
import { type ExportedRun, readExportedRun } from "../journal/exported-run.ts";
import { verifyRun } from "../journal/verify.ts";
import { verifyChunks } from "../journal/verify-chunks.ts";
import { isFinished } from "../store/transitions.ts";
import { replayExport } from "../testing/kit/replay.ts";
import { followers, part, renamed, services } from "./workflows-v1.fixture.ts";

const folder = fileURLToPath(new URL("../../golden/v1/", import.meta.url));
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));
const textOf = (name: string): string => readFileSync(`${folder}${name}.json`, "utf8");

const settings = {
  namespace: "default",
  workflows: [part],
  services: new Map(services.map(({ name, value }) => [name, value])),
};

/** Errors come back as errors; what counts is what they say. */
const comparable = (value: unknown): unknown => (value instanceof Error ? `${value.name}: ${value.message}` : value);

describe("journals of the first release", () => {
  test("are all there, and none that no code follows", () => {
    expect(names.sort()).toEqual(Object.keys(followers).sort());
  });

  test("cover every kind of entry and of mail that this format has", () => {
    const seen = new Set<string>();
    for (const name of names) {
      for (const { entries, mail } of readExportedRun(textOf(name))) {
        for (const { kind, phase } of entries) seen.add(`${kind} ${phase.replace(/[:~].*$/, "")}`);
        for (const { kind } of mail) seen.add(`mail ${kind}`);
      }
    }
    expect([...seen].sort()).toEqual(
      [
        ...["run opened", "run settled", "run attempt", "step opened", "step attempt", "step beat", "step settled"],
        ...[
          "sleep opened",
          "sleep settled",
          "signal opened",
          "signal settled",
          "hold opened",
          "hold settled",
          "hold again",
        ],
        ...["child opened", "scope settled", "patch settled", "version settled"],
        ...["mail signal", "mail decision", "mail holdExpired", "mail child", "mail tick", "mail cancel"],
        ...["mail pause", "mail resume", "mail retry", "mail migrate"],
      ].sort(),
    );
  });

  test.each(names)("%s: the code follows the record to where it ends, and gives what was recorded", async (name) => {
    const workflow = followers[name];
    if (!workflow) throw new Error(`no code for ${name}`);
    const replay = await replayExport(settings, textOf(name), workflow);
    // A run that was ended by force never came to its end by itself.
    const ended = isFinished(replay.recorded) && name !== "forced";
    expect(replay.ended).toBe(ended);
    if (ended) expect(comparable(replay.result)).toEqual(comparable(replay.recordedResult));
    else expect(replay.at).toEqual(["signal:go#1"]);
  });

  test.each(names)("%s: the chain is whole", async (name) => {
    let previousHead: Uint8Array | null = null;
    for (const { run, entries, mail, chunks } of readExportedRun(textOf(name))) {
      expect(verifyRun({ run, entries, mail, previousHead })).toMatchObject({ verdict: "intact", problems: [] });
      const bytes = new Map(chunks.map((chunk) => [Buffer.from(chunk.hash).toString("hex"), chunk.bytes]));
      const read = async (hashes: readonly Uint8Array[]) =>
        hashes.map((hash) => bytes.get(Buffer.from(hash).toString("hex")) ?? null);
      expect(await verifyChunks({ entries, mail }, read)).toEqual([]);
      previousHead = run.head;
    }
  });

  test("would show if replay changed: a journal without its migration is not followed", async () => {
    const exported = JSON.parse(textOf("renamed")) as ExportedRun;
    for (const generation of exported.generations)
      generation.mail = generation.mail.filter(({ kind }) => kind !== "migrate");
    await expect(replayExport(settings, exported, renamed)).rejects.toThrow(DivergedError);
  });
});
