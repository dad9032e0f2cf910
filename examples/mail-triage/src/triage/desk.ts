import { service } from "holdpoint";
import { type Evidence, evidenceOf } from "../classifier/evidence.ts";
import { judge, type Model } from "../classifier/model.ts";
import { type Leaning, leaningOf } from "../classifier/thresholds.ts";
import type { Token } from "../classifier/tokens.ts";
import { digestOf, type MailDigest } from "../mail/digest.ts";
import { parseMail } from "../mail/parse.ts";
import type { Folder } from "../program/places.ts";
import type { Ledger } from "./ledger.ts";
import type { Mailroom } from "./mailroom.ts";

/** What the classifier can use of a mail. */
export interface Features {
  known: Token[];
  unknown: number;
}

export interface Score {
  probability: number;
  leaning: Leaning;
  evidence: Evidence;
  /** Which classifier said so. */
  model: string;
}

/** All that the workflow's steps do to the world; every call is safe to repeat. */
export interface Desk {
  parse(file: string): Promise<MailDigest>;
  features(digest: MailDigest): Features;
  score(features: Features): Score;
  file(file: string, to: Folder): Folder;
  /** Notes start and end of a step's work in the ledger outside the database. */
  witness<T>(run: string, step: string, attempt: number, work: () => T | Promise<T>): Promise<T>;
}

export const desk = service<Desk>("mail desk");

/** @param model asked for when a mail has to be read or judged; filing a decided one needs none */
export function openDesk(mailroom: Mailroom, ledger: Ledger, model: () => Model): Desk {
  return {
    parse: async (file) => digestOf(await parseMail(mailroom.read(file)), model().plainWords),
    features(digest) {
      const known = digest.tokens.filter((token) => model().vocabulary.position.has(token));
      return { known, unknown: digest.tokens.length - known.length };
    },
    score({ known }) {
      const probability = judge(model(), known);
      const leaning = leaningOf(model().thresholds, probability);
      return { probability, leaning, evidence: evidenceOf(model(), known, probability), model: model().key };
    },
    file(file, to) {
      mailroom.move(file, to);
      return to;
    },
    async witness(run, step, attempt, work) {
      ledger.note("start", run, step, attempt);
      const result = await work();
      ledger.note("done", run, step, attempt);
      return result;
    },
  };
}
