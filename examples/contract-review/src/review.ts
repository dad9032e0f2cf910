import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { flow, otherwise, service, step } from "holdpoint";
import { z } from "zod";
import { Contract, findRisks, readTerms, Terms } from "./terms.ts";

/** Where letters and signed contracts go. */
export const desk = service<{ folder: string }>("desk");

const extract = step({
  id: "extract",
  input: Contract,
  output: Terms,
  run: ({ input }) => readTerms(input.text),
});

const scoreRisk = step({
  id: "score",
  input: Terms,
  run: ({ input }) => {
    const findings = findRisks(input);
    return { terms: input, findings, score: findings.reduce((sum, { points }) => sum + points, 0) };
  },
});

const Reviewed = z.object({ terms: Terms, score: z.number(), advice: z.string() });

const sign = step({
  id: "sign",
  input: Reviewed,
  run: async ({ input, run, service }) => {
    await write(service(desk).folder, `${run.id}-signed.txt`, `Signed: ${input.terms.parties.join(" and ")}\n`);
    return { status: "signed" as const, parties: input.terms.parties };
  },
  compensate: (_signed, { run, service, log }) => {
    log.warn("the signature is taken back", { contract: run.id });
    return write(service(desk).folder, `${run.id}-signed.txt`, "Taken back.\n");
  },
});

const tellAuthor = step({
  id: "tell the author",
  input: Reviewed,
  run: async ({ input, run, service, state }) => {
    const { note } = state["sign-off"] as { note: string | null };
    const letter = `We do not sign.\n${note ?? ""}\n${input.advice}\n`;
    await write(service(desk).folder, `${run.id}-declined.txt`, letter);
    return { status: "declined" as const, parties: input.terms.parties };
  },
});

const archive = step({
  id: "archive",
  run: ({ input, run, service }) =>
    write(service(desk).folder, `${run.id}-archive.json`, JSON.stringify(input, null, 2)),
});

/**
 * Reads a contract, weighs it, asks a lawyer about a risky one and whoever may sign about every one, and tells the parties: any
 * number of days may pass between two of these, and any number of crashes.
 */
export const contractReview = flow("contract-review", { input: Contract })
  .then(extract)
  .then(scoreRisk)
  .branch([
    [
      ({ score }) => score > 50,
      (risky) =>
        risky
          .hold("legal review", ({ terms, findings, score }) => ({
            title: `What do you advise on the contract with ${terms.parties[0] ?? "an unknown party"}?`,
            severity: "high",
            context: { score, findings, clauses: terms.clauses },
            form: z.object({ advice: z.string().min(3).describe("Your advice, for whoever signs") }),
          }))
          .map(({ terms, score }, { "legal review": review }) => ({ terms, score, advice: review.value.advice })),
    ],
    [otherwise, (fine) => fine.map(({ terms, score }) => ({ terms, score, advice: "nothing stands against it" }))],
  ])
  .approve("sign-off", ({ terms, score, advice }) => ({
    title: `Sign with ${terms.parties[0] ?? "an unknown party"}?`,
    consequence: `We are bound for ${terms.months ?? "an unknown number of"} months.`,
    context: { score, advice, terms },
    deadline: [{ after: "14d", decide: { approved: false, note: "nobody answered in two weeks" } }],
  }))
  .ifApproved(sign)
  .ifRejected(tellAuthor)
  .parallel({
    archive,
    letters: (told) =>
      told.foreach(
        ({ status, parties }) => parties.map((party) => ({ party, status })),
        (one) => one.then("notify", ({ input }) => `${input.party}: ${input.status}`, { retry: { attempts: 3 } }),
        { key: ({ party }) => party, concurrency: 5 },
      ),
  })
  .map(({ letters }) => ({ letters }))
  .build();

async function write(folder: string, name: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
  return name;
}
