import { AnnotationQueue, annotation } from "@holdpoint/annotate";
import type { Engine } from "@holdpoint/core";
import { z } from "zod";

interface Mail {
  subject: string;
  from: string;
  body: string;
}

/** Mails that two people sort, and a third where they disagree. */
export const mailLabels = annotation({
  name: "mail-labels",
  form: z.object({
    label: z.enum(["billing", "complaint", "praise", "spam"]).meta({ title: "What is it about?" }),
    urgent: z.boolean().optional().meta({ title: "It cannot wait until tomorrow" }),
  }),
  label: ({ label }) => label,
  show: ({ subject, from, body }: Mail) => ({ title: subject, context: { from, body } }),
  annotators: { people: ["ana", "ben", "cleo"], count: 2 },
  adjudicators: { people: ["ana"] },
});

const mails: readonly Mail[] = [
  {
    subject: "Charged twice in October",
    from: "carla@example.com",
    body: "My card shows the same amount on the 3rd and the 4th.",
  },
  { subject: "You won a cruise", from: "prize@example.net", body: "Click to claim your cabin. Only today." },
  {
    subject: "Still no answer",
    from: "dmitri@example.com",
    body: "I wrote on Monday and on Wednesday. Is anybody there?",
  },
  { subject: "Thank you, Esra", from: "femi@example.org", body: "She stayed on the phone until it worked." },
  { subject: "Invoice address", from: "office@example.com", body: "Please put our new address on the next invoice." },
];

/** Most of them done, one of them disputed, some left. */
export async function seedLabels(engine: Engine): Promise<void> {
  const queue = new AnnotationQueue(engine, mailLabels);
  const said = [
    ["billing", "billing"],
    ["spam", "spam"],
    ["complaint", "billing"],
    ["praise", "praise"],
  ];
  for (const [n, mail] of [...mails, ...mails].entries()) {
    const { runId } = await queue.offer(`mail-${n + 1}`, mail, { predicted: said[n % 5]?.[0] ?? "spam" });
    const hold = await (await engine.get(runId ?? "")).hold("annotate");
    for (const [at, label] of (said[n] ?? []).entries())
      await engine.decide(hold, { label }, { by: ["ben", "cleo"][at] ?? "ben" });
  }
}
