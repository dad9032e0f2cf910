import { rmSync } from "node:fs";
import { readMail } from "../corpus/corpus.ts";
import type { Letter } from "../corpus/split.ts";
import { openMailroom } from "../triage/mailroom.ts";
import { fileOf } from "../triage/stream.ts";
import { type Folder, folders, type Places } from "./places.ts";

/** Removes what earlier starts made: the mail folders, the ledger, the store. Trained classifiers stay: they are a cache. */
export function clear(places: Places): void {
  for (const folder of folders) rmSync(places.folder[folder], { recursive: true, force: true });
  for (const ending of ["", "-wal", "-shm"]) rmSync(places.store + ending, { force: true });
  for (const path of [places.ledger, places.decisions, places.state, places.atKill]) rmSync(path, { force: true });
}

/**
 * Sees to it that every mail is there, whole, as a real file: new ones in `out/incoming`, one that was removed or cut
 * short back where its run has put it.
 *
 * @param belongs where a run has put its mail already
 */
export function layOut(
  places: Places,
  letters: readonly Letter[],
  belongs: ReadonlyMap<string, Folder>,
): { arrived: number; mended: number } {
  const room = openMailroom(places);
  let arrived = 0;
  let mended = 0;
  for (const letter of letters) {
    const file = fileOf(letter);
    const home = belongs.get(file);
    const bytes = readMail(letter);
    const found = room.find(file);
    if (found && room.isWhole(file, bytes.byteLength)) {
      if (home && found !== home) room.move(file, home);
      continue;
    }
    room.put(file, found ?? home ?? "incoming", bytes);
    if (found || home) mended++;
    else arrived++;
  }
  return { arrived, mended };
}
