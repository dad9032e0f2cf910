import type { ExportedHold, ExportedMail } from "../../journal/exported-run.ts";
import type { HoldStatus, Severity } from "../../store/store.ts";
import type { JsonSchema } from "../../workflow/json-schema.ts";
import type { DeadlineRung } from "../ladder.ts";
import type { HoldDocument } from "../request.ts";
import type { ReviewPolicy } from "../reviewers.ts";

/** Bytes as hexadecimal text. */
type Hex = string;
/** A moment as ISO 8601, UTC. */
type Moment = string;

/** A hold in words: what its reviewers were shown, what they said, and everything that happened. Values are plain JSON. */
export interface ReadableHold {
  id: string;
  run: string;
  workflow: string;
  name: string;
  title: string;
  severity: Severity;
  status: HoldStatus;
  kind: "approval" | "form";
  consequence: string | null;
  openedAt: Moment;
  closedAt: Moment | null;
  /** What was shown last: with amended evidence, edited arguments and answered questions. */
  shown: {
    context: unknown;
    action: { name: string; arguments: unknown } | null;
    answers: { question: string; answer: string; by: string | null }[];
  };
  /** Digest of exactly that. */
  evidenceHash: Hex;
  /** How it could be answered, by whom and until when. */
  asked: {
    form: JsonSchema | null;
    options: HoldDocument["options"];
    people: string[] | null;
    reviewers: ReviewPolicy | null;
    deadline: DeadlineRung[];
    fired: HoldDocument["fired"];
    tags: string[];
    links: HoldDocument["links"];
    attachments: HoldDocument["attachments"];
  };
  /** The answer that won; `by` is null when a deadline decided. */
  decision: {
    by: string | null;
    value: unknown;
    note: string | null;
    option: string | null;
    channel: string;
    /** Everybody whose vote led to it, where the rules asked for several; `as` is whose right it was. */
    votes: {
      by: string | null;
      as: string | null;
      outcome: string;
      note: string | null;
      at: Moment;
      signed: boolean;
      /** What each said, where they answered independently. */
      answer?: unknown;
    }[];
  } | null;
  /** The audit trail, oldest first. `says` is what the event carries. */
  trail: {
    n: number;
    at: Moment;
    actor: string | null;
    channel: string;
    address: string | null;
    action: string;
    says: unknown;
    evidence: Hex | null;
  }[];
}

/** One entry of a run's journal as far as its hash needs it: content only as its salted digest. */
export interface ChainLink {
  key: string;
  phase: string;
  kind: string;
  outcome: string | null;
  startedAt: number;
  endedAt: number;
  attempt: number;
  measures: string | null;
  mailSeen: number;
  /** Digest of the content. */
  payload: Hex;
  /** Digests of the mail it covers. */
  mail: Hex[];
  hash: Hex;
}

/** The run's hash chain from where the hold opened to its head. */
export interface ChainProof {
  generation: number;
  /** What binds it to the run; null where the engine has a chain key, and then only the engine can recompute it. */
  origin: Hex | null;
  /** What the first link follows: how many entries there were, up to which mail, and the last one's hash. */
  before: { entries: number; mailSeen: number; hash: Hex };
  links: ChainLink[];
  head: Hex;
}

/** Who vouches for the record. */
export interface RecordSignature {
  algorithm: "Ed25519";
  /** `sha256:` and the digest of the public key, base64url. */
  keyId: string;
  /** PEM. */
  publicKey: string;
  /** Over the record's canonical JSON (RFC 8785) without this field, base64url. */
  value: string;
}

/**
 * One hold as one document that proves itself: `readable` for people, `stored` exactly as the store has it, the answer as the run got it,
 * the piece of the run's chain that covers it, the keys of who signed, and the installation's signature over all.
 */
export interface HoldRecord {
  format: "holdpoint-hold";
  version: 1;
  namespace: string;
  exportedAt: Moment;
  readable: ReadableHold;
  stored: ExportedHold;
  /** The answer as it was delivered to the run; null where none was. */
  delivered: ExportedMail | null;
  /** Null when retention has removed the run. */
  chain: ChainProof | null;
  /** Public keys (PEM) that the directory had of those who signed. */
  reviewerKeys: Record<string, readonly string[]>;
  /** Null when it was exported without a key. */
  signature: RecordSignature | null;
}
