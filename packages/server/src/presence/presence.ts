import { createHash } from "node:crypto";
import { type Engine, StoreError } from "@holdpoint/core";

/** So long somebody is there after they have said so, in ms. */
const thereMs = 45_000;
/** Who says it again sooner is heard, and nothing is written, in ms: clicking to and fro costs reads. */
const writeEveryMs = 10_000;
/** So many are kept and shown of a hold; whoever comes on top sees them and is not seen. */
const most = 50;
const kind = "presence";

/** Somebody who looks at a hold. */
interface Present {
  person: string;
  /** Milliseconds since 1970. */
  since: number;
}

/**
 * Notes that somebody looks at a hold, for 45 s, and gives who else does, who came first first. Each is a record that expires, so that every server of a store knows the
 * same and nobody has to say that they go. It is for whoever was found to be allowed to read the hold: nobody else is ever noted.
 *
 * @param now milliseconds since 1970
 * @throws StoreError the store has not taken it
 */
export async function lookAt(engine: Engine, hold: string, person: string, now: number): Promise<Present[]> {
  const { store, namespace } = engine;
  await engine.open();
  const prefix = `${digest(hold)}/`;
  const id = prefix + digest(person);
  const rows = await store.records(namespace, kind, { prefix, limit: most, now });
  const mine = rows.find((row) => row.id === id);
  const fresh = mine !== undefined && now - mine.updatedAt < writeEveryMs;
  if (!fresh && (mine !== undefined || rows.length < most)) {
    const body = JSON.stringify({ person, since: mine ? readPresent(mine).since : now } satisfies Present);
    const [result] = await store.commit(namespace, [
      { type: "putRecord", kind, id, body, expiresAt: now + thereMs, expected: "any", at: now },
    ]);
    if (result.type === "refused") throw new StoreError(`who looks at a hold was not noted: ${result.reason}`);
  }
  const others = rows.filter((row) => row !== mine).map(readPresent);
  return others.sort((a, b) => a.since - b.since || (a.person < b.person ? -1 : 1));
}

const readPresent = ({ body }: { body: string }): Present => JSON.parse(body) as Present;

/** Of a fixed length, whatever the names are. */
const digest = (name: string): string => createHash("sha256").update(name).digest("base64url");
