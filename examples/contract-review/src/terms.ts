import { z } from "zod";

/** A contract as it came in. */
export const Contract = z.object({ id: z.string().min(1), text: z.string().min(1) });
export type Contract = z.infer<typeof Contract>;

/** What a contract says, as far as reviewers care. */
export const Terms = z.object({
  parties: z.array(z.string()),
  months: z.number().nullable(),
  noticeDays: z.number().nullable(),
  yearlyFee: z.number().nullable(),
  clauses: z.array(z.object({ name: z.string(), text: z.string() })),
});
export type Terms = z.infer<typeof Terms>;

/** Reads the terms out of a contract whose clauses are numbered and named. */
export function readTerms(text: string): Terms {
  const clauses = [...text.matchAll(/^\d+\.\s+(\w[\w ]*)\.\s+(.+)$/gm)].map(([, name = "", body = ""]) => ({
    name: name.toLowerCase(),
    text: body,
  }));
  const between = /between (.+?) and (.+)$/m.exec(text);
  const clause = (name: string): string => clauses.find((one) => one.name === name)?.text ?? "";
  const number = (found: RegExpExecArray | null): number | null =>
    found?.[1] === undefined ? null : Number(found[1].replaceAll(",", ""));
  const monthly = number(/([\d,]+) per month/.exec(clause("fees")));
  return {
    parties: between ? [between[1] as string, between[2] as string] : [],
    months: number(/(\d+) months/.exec(clause("term"))),
    noticeDays: number(/(\d+) days/.exec(clause("term"))),
    yearlyFee: monthly === null ? null : monthly * 12,
    clauses,
  };
}

/** One thing a reviewer should look at, and how much it weighs. */
export interface Finding {
  readonly what: string;
  readonly points: number;
}

/** What speaks against signing without a look. */
export function findRisks(terms: Terms): Finding[] {
  const says = (name: string, words: RegExp): boolean =>
    words.test(terms.clauses.find((one) => one.name === name)?.text ?? "");
  const findings: (Finding | false)[] = [
    says("liability", /unlimited/i) && { what: "unlimited liability", points: 40 },
    says("data", /outside the european union/i) && { what: "personal data leaves the EU", points: 30 },
    (terms.months ?? 0) > 24 && { what: `runs for ${terms.months} months`, points: 15 },
    (terms.noticeDays ?? 0) > 60 && { what: `${terms.noticeDays} days' notice`, points: 10 },
    (terms.yearlyFee ?? 0) > 20_000 && { what: `costs ${terms.yearlyFee} a year`, points: 15 },
    terms.parties.length < 2 && { what: "the parties could not be read", points: 30 },
  ];
  return findings.filter((finding) => finding !== false);
}
