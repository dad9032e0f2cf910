import { sameBytes } from "../store/same-bytes.ts";
import type { Entry, Mail, StoredPayload } from "../store/store.ts";
import { chunkHashes } from "./chunks.ts";
import type { ReadChunks } from "./payload.ts";
import { sha256 } from "./sha256.ts";
import type { ChainProblem } from "./verify.ts";

/**
 * Whether the chunks that large values of a run consist of are there and are what they were. The chain covers their hashes; this
 * holds their bytes against those. Each chunk is looked at once, however many values share it.
 */
export async function verifyChunks(
  rows: { entries: readonly Entry[]; mail: readonly Mail[] },
  read: ReadChunks,
): Promise<ChainProblem[]> {
  const problems: ChainProblem[] = [];
  const sound = new Set<string>();
  const check = async (payload: StoredPayload | null, seq: number, what: string): Promise<void> => {
    if (!payload?.ref) return;
    const hashes = chunkHashes(payload).filter((hash) => !sound.has(nameOf(hash)));
    const chunks = hashes.length > 0 ? await read(hashes) : [];
    for (const [index, hash] of hashes.entries()) {
      const chunk = chunks[index] ?? null;
      if (chunk !== null && sameBytes(sha256(chunk), hash)) {
        sound.add(nameOf(hash));
        continue;
      }
      problems.push(
        chunk === null
          ? { kind: "deleted", seq, message: `a part of the large value of ${what} ${seq} is gone` }
          : { kind: "edited", seq, message: `a part of the large value of ${what} ${seq} was edited` },
      );
      break;
    }
  };
  for (const entry of rows.entries) await check(entry.payload, entry.seq, "entry");
  for (const mail of rows.mail) await check(mail.payload, mail.n, "mail");
  return problems;
}

const nameOf = (hash: Uint8Array): string => Buffer.from(hash).toString("latin1");
