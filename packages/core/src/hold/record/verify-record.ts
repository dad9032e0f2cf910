import { HoldpointError } from "../../errors.ts";
import type { Anchors } from "../../journal/anchor.ts";
import { mailDigest } from "../../journal/chain.ts";
import { type PayloadCodec, valueCodec } from "../../journal/codec.ts";
import { decodePayload } from "../../journal/payload.ts";
import { sha256 } from "../../journal/sha256.ts";
import { sameBytes } from "../../store/same-bytes.ts";
import type { HoldEvent, Mail } from "../../store/store.ts";
import { erasedCodec } from "../../store/transitions.ts";
import type { RecordedDecision } from "../answer.ts";
import { evidenceDifference } from "../evidence.ts";
import { evidenceHashOf, readDocument } from "../request.ts";
import { verifyHoldEvents, verifySignatures } from "../verify-events.ts";
import { firstBrokenLink } from "./chain-proof.ts";
import type { HoldRecord } from "./format.ts";
import { notOne, readDelivered, readHoldRecord, readStored } from "./read.ts";
import { type RecordedHold, readableHold } from "./readable.ts";
import { replayEvidence } from "./replay-evidence.ts";
import { isSealed, publicKeyId } from "./seal.ts";

/** What whoever checks a record knows beside it. */
export interface VerifyRecordOptions {
  /** Public keys (PEM) of installations whose signature counts. Without them the key is only named. */
  trusted?: readonly string[];
  /** A reviewer's public keys (PEM), from a source of one's own. Default: those in the record, which its signature covers. */
  keysOf?: (person: string) => readonly string[] | Promise<readonly string[]>;
  /** Heads that were exported elsewhere. */
  anchors?: Anchors;
  /** Reads values that the engine wrote with a codec of its own. */
  codec?: PayloadCodec;
}

/** What checking a record found. */
export interface RecordVerification {
  /** `broken` when anything in it is not what was recorded, or when it is not signed as it says. */
  verdict: "intact" | "broken";
  /** The key that signed it, and whether it is one of `trusted`; null when it is not signed. */
  signedBy: { keyId: string; trusted: boolean } | null;
  /** What was tampered with, a sentence each. */
  problems: string[];
  /** What was looked at and is whole. */
  checked: string[];
  /** What this file alone cannot prove, and why. */
  unchecked: string[];
}

/** Collects what the checks find. */
class Findings implements Pick<RecordVerification, "problems" | "checked" | "unchecked"> {
  readonly problems: string[] = [];
  readonly checked: string[] = [];
  readonly unchecked: string[] = [];

  /** One check: whole when it reports nothing. */
  judge(what: string, problems: readonly string[]): void {
    if (problems.length === 0) this.checked.push(what);
    else this.problems.push(...problems);
  }
}

/**
 * Checks an exported hold without the installation it came from, and names what was tampered with: the words people read against the stored
 * bytes, the evidence against its digest at every vote, the audit trail's links, the answer against the one that was delivered and the
 * run's chain that covers it, reviewers' signatures, and the installation's signature over all.
 *
 * @example
 * const publicKey = readFileSync("installation.pub.pem", "utf8");
 * const { verdict, problems } = await verifyHoldRecord(readFileSync("refund.hold.json", "utf8"), { trusted: [publicKey] });
 *
 * @throws ValidationError it is no record of a hold
 */
export async function verifyHoldRecord(
  given: string | HoldRecord,
  options: VerifyRecordOptions = {},
): Promise<RecordVerification> {
  const record = readHoldRecord(typeof given === "string" ? given : JSON.stringify(given));
  try {
    return await verifyParts(record, options);
  } catch (error) {
    // Fields of other shapes than were ever written: whatever this is, it is no record.
    if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) throw notOne();
    throw error;
  }
}

async function verifyParts(record: HoldRecord, options: VerifyRecordOptions): Promise<RecordVerification> {
  const found = new Findings();
  const codec = options.codec ?? valueCodec;
  const { row, events } = readStored(record.stored);
  const delivered = record.delivered && readDelivered(record.delivered);
  const decision = decisionIn(row, codec);
  const isErased = row.request.codec === erasedCodec;
  if (row.request.sealed) {
    found.unchecked.push(
      "that the words in this file are what is stored encrypted: the chain is over ciphertext, only the installation's signature vouches for the words",
    );
  }
  if (isErased) found.unchecked.push("what was shown: its content was erased on purpose, digests are left");
  else checkEvidence(found, row, events, codec);
  found.judge(
    `the audit trail: ${events.length} events, each linked to the one before`,
    verifyHoldEvents(row, events, decision).map(({ message }) => message),
  );
  if (!isErased) checkWords(found, record, row, events, codec);
  checkDelivery(found, row, delivered);
  checkChain(found, record, row, delivered);
  checkAnchors(found, record, options.anchors);
  await checkReviewers(found, record, row, decision, options.keysOf);
  const signedBy = checkSeal(found, record, options.trusted ?? null);
  return { verdict: found.problems.length > 0 ? "broken" : "intact", signedBy, ...found };
}

function decisionIn({ decision }: RecordedHold, codec: PayloadCodec): RecordedDecision | null {
  if (decision === null || decision.codec === erasedCodec) return null;
  return decodePayload(decision, codec) as RecordedDecision;
}

function checkEvidence(found: Findings, row: RecordedHold, events: readonly HoldEvent[], codec: PayloadCodec): void {
  const opened = evidenceHashOf(row.title, row.severity, row.request.bytes, row.form && sha256(row.form));
  if (!sameBytes(opened, row.evidenceHash)) {
    found.problems.push(
      "what the reviewers were shown (title, severity, form or evidence) is not what its digest says",
    );
    return;
  }
  const document = readDocument(decodePayload(row.request, codec));
  const { digests } = replayEvidence(document, events, Buffer.from(opened).toString("hex"), codec);
  const wrong = events.filter(
    ({ evidenceHash }, index) => evidenceHash && Buffer.from(evidenceHash).toString("hex") !== digests[index],
  );
  found.judge(
    "the evidence: what was shown at every event is what its digest says",
    wrong.map(({ n, action }) => `event ${n} (${action}) is about other evidence than was shown then`),
  );
}

function checkWords(
  found: Findings,
  { readable }: HoldRecord,
  row: RecordedHold,
  events: readonly HoldEvent[],
  codec: PayloadCodec,
): void {
  const text = (value: unknown): string => {
    const json = JSON.stringify(value) ?? "nothing";
    return json.length > 80 ? `${json.slice(0, 79)}…` : json;
  };
  const changes = evidenceDifference(readable, readableHold(row, events, codec), "readable");
  found.judge(
    "the readable part says what is stored",
    changes.map(({ path, before, after }) => `${path} says ${text(before)}, stored is ${text(after)}`),
  );
}

function checkDelivery(found: Findings, row: RecordedHold, delivered: Mail | null): void {
  if (row.decision === null) return;
  if (delivered === null) {
    found.unchecked.push("the answer as the run got it: the run is gone");
    return;
  }
  const problems: string[] = [];
  if (!delivered.dedupe?.startsWith(`hold:${row.id}:`))
    problems.push("the answer that was delivered is another hold's");
  if (delivered.sender !== row.decidedBy)
    problems.push(
      `it says ${who(row.decidedBy)} decided; the answer that was delivered is from ${who(delivered.sender)}`,
    );
  // An operator's answer is delivered in other words.
  const isComparable = delivered.kind === "decision" && row.decision.codec !== erasedCodec;
  if (isComparable && !sameBytes(delivered.payload?.bytes ?? new Uint8Array(), row.decision.bytes))
    problems.push("it shows another answer than the one that was delivered to the run");
  found.judge(`the answer: given by ${who(row.decidedBy)}, and delivered to the run so`, problems);
}

function checkChain(found: Findings, { chain }: HoldRecord, row: RecordedHold, delivered: Mail | null): void {
  if (chain === null) {
    found.unchecked.push("the run's chain: retention has removed the run");
    return;
  }
  const { origin, links, head } = chain;
  if (origin === null) {
    found.unchecked.push("the run's chain: the engine has a chain key, so only it can recompute it");
    return;
  }
  const problems: string[] = [];
  const broken = firstBrokenLink({ ...chain, origin });
  if (broken) problems.push(`the run's chain does not hold at ${broken.key} (${broken.phase})`);
  if (links.at(-1)?.hash !== head) problems.push("the run's chain does not end at the head that is named");
  if (!links.some(({ kind, key }) => kind === "hold" && key === row.key.replace(/~\d+$/, "")))
    problems.push("the run's chain has no entry that opened this hold");
  const digest = delivered && Buffer.from(mailDigest(delivered)).toString("hex");
  const covered = links.some(({ mail }) => digest !== null && mail.includes(digest));
  const last = links.at(-1)?.mailSeen ?? chain.before.mailSeen;
  if (digest !== null && !covered) {
    if (delivered && delivered.n <= last) problems.push("the run's chain covers another answer than this one");
    else found.unchecked.push("the run's chain does not cover the answer yet: the run had not gone on");
  }
  found.judge(`the run's chain: ${links.length} entries up to head ${head.slice(0, 16)}`, problems);
}

function checkAnchors(found: Findings, { chain, namespace, readable }: HoldRecord, anchors: Anchors | undefined): void {
  if (!anchors || chain === null) return;
  const heads = anchors.heads.filter(
    (one) => one.id === readable.run && one.namespace === namespace && one.generation === chain.generation,
  );
  if (heads.length === 0) found.unchecked.push("the anchors: they have no head of this run");
  for (const { entryCount, head } of heads) {
    const link = chain.links[entryCount - chain.before.entries - 1];
    if (!link)
      found.unchecked.push(`the anchor at ${entryCount} entries: it is from before the hold or after the export`);
    else
      found.judge(
        `the anchor at ${entryCount} entries`,
        link.hash === head ? [] : [`the run's chain is not the one that was anchored at ${entryCount} entries`],
      );
  }
}

async function checkReviewers(
  found: Findings,
  { reviewerKeys }: HoldRecord,
  row: RecordedHold,
  decision: RecordedDecision | null,
  keysOf: VerifyRecordOptions["keysOf"],
): Promise<void> {
  const signed = [decision, ...(decision?.votes ?? [])].filter((one) => one?.signed).length;
  if (decision === null || signed === 0) return;
  const known = keysOf ?? ((person: string) => (Object.hasOwn(reviewerKeys, person) ? reviewerKeys[person] : []) ?? []);
  const problems = await verifySignatures(row, decision, known);
  found.judge(
    `reviewers' own signatures (${keysOf ? "with keys of yours" : "with the keys in the record"})`,
    problems.map(({ message }) => message),
  );
}

function checkSeal(
  found: Findings,
  record: HoldRecord,
  trusted: readonly string[] | null,
): RecordVerification["signedBy"] {
  const { signature } = record;
  if (signature === null) {
    if (trusted === null) found.unchecked.push("who exported it: it is not signed");
    else found.problems.push("it is not signed by any of the keys that count");
    return null;
  }
  const { keyId } = signature;
  let sealed = false;
  try {
    sealed = isSealed(record, signature);
  } catch (error) {
    // A key that is none signed nothing.
    if (!(error instanceof HoldpointError)) throw error;
  }
  const isTrusted = trusted?.some((key) => publicKeyId(key) === keyId) ?? false;
  const problems: string[] = [];
  if (!sealed)
    problems.push("the installation's signature is not over what the record says: something in it was changed");
  if (trusted !== null && !isTrusted) problems.push(`it is signed by ${keyId}, which is none of the keys that count`);
  if (sealed && trusted === null)
    found.unchecked.push(`whose key ${keyId} is: compare it with the one its owner published`);
  found.judge(`the installation's signature, ${keyId}`, problems);
  return { keyId, trusted: isTrusted };
}

const who = (person: string | null): string => (person === null ? "nobody" : `"${person}"`);
