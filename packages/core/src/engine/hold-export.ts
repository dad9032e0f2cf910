import type { KeyLike } from "node:crypto";
import { InvalidStateError, NotFoundError } from "../errors.ts";
import type { RecordedDecision } from "../hold/answer.ts";
import { deliveryOf, proveChain } from "../hold/record/chain-proof.ts";
import type { HoldRecord } from "../hold/record/format.ts";
import { readableHold } from "../hold/record/readable.ts";
import { sealRecord } from "../hold/record/seal.ts";
import { genesis } from "../journal/chain.ts";
import { exportRow } from "../journal/exported-run.ts";
import { decodePayload } from "../journal/payload.ts";
import type { HoldRow } from "../store/store.ts";
import { erasedCodec } from "../store/transitions.ts";
import { documentOf } from "./hold-acting.ts";
import { isSealed } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";

/** How a hold is exported. */
export interface ExportHoldOptions {
  /** The installation's Ed25519 private key, PEM or `KeyObject`. Without it nobody vouches for the record. */
  key?: KeyLike;
}

/** One hold with everything that somebody needs to check it elsewhere. */
export async function exportHold(parts: EngineParts, id: string, { key }: ExportHoldOptions): Promise<HoldRecord> {
  const { store, namespace, codec, clock } = parts;
  const row = await store.hold(namespace, id);
  if (!row) throw new NotFoundError("hold", id);
  if (isSealed(row, documentOf(parts, row))) {
    throw new InvalidStateError(`"${row.title}" is answered independently; it can be exported once all have answered`, {
      holdId: id,
    });
  }
  const events = await store.holdEvents(namespace, id);
  const { runPk, ...facts } = row;
  const record: HoldRecord = {
    format: "holdpoint-hold",
    version: 1,
    namespace,
    exportedAt: new Date(clock.now()).toISOString(),
    readable: readableHold(row, events, codec),
    stored: { ...exportRow(facts), events: events.map(exportRow) },
    ...(await runPart(parts, row, runPk)),
    reviewerKeys: await keysOfSigners(parts, row),
    signature: null,
  };
  return key === undefined ? record : sealRecord(record, key);
}

/** What the run knows of the hold: the answer it got, and the chain that covers it. */
async function runPart(
  { store, namespace, options }: EngineParts,
  hold: HoldRow,
  pk: number,
): Promise<Pick<HoldRecord, "delivered" | "chain">> {
  const run = await store.runByPk(namespace, pk);
  const [history] = run ? await store.history(namespace, [{ pk, after: 0 }]) : [];
  if (!run || !history) return { delivered: null, chain: null };
  const generations = run.generation > 1 ? await store.generations(namespace, run.id) : [];
  const start = generations.find(({ generation }) => generation === run.generation - 1)?.head ?? null;
  const secret = options.chainKey !== undefined;
  const delivered = deliveryOf(hold, history.mail);
  return {
    delivered: hold.decision !== null && delivered ? exportRow(delivered) : null,
    chain: proveChain(run, history, hold, { genesis: genesis(run, options.chainKey), secret, start }),
  };
}

async function keysOfSigners({ options, codec }: EngineParts, row: HoldRow): Promise<HoldRecord["reviewerKeys"]> {
  if (row.decision === null || row.decision.codec === erasedCodec) return {};
  const { signed, votes = [] } = decodePayload(row.decision, codec) as RecordedDecision;
  const signers = [{ by: row.decidedBy, signed }, ...votes].flatMap((one) => (one.signed && one.by ? [one.by] : []));
  const keys = await Promise.all(
    [...new Set(signers)].map(async (person) => {
      const known = (await options.directory?.keysOf?.(person)) ?? [];
      return [person, known] as const;
    }),
  );
  return Object.fromEntries(keys);
}
