import { approvalSystem, createOutbox, mail, slack } from "@holdpoint/channels";
import type { Engine } from "@holdpoint/core";

/** Channels for pictures: nothing is ever sent by them. */
export const peopleOutbox = createOutbox({
  channels: {
    mail: mail({ smtp: "smtps://mail.example.com", from: "Holdpoint <holds@example.com>" }),
    "finance-room": slack({ url: "https://hooks.slack.com/services/T000/B000/XXXX" }),
    "change-board": approvalSystem({
      channel: "servicenow",
      create: async () => ({ reference: "" }),
      cancel: async () => {},
    }),
  },
  route: () => [],
});

const week = 7 * 86_400_000;

/** Two groups, and who is away. */
export async function seedPeople({ people, groups, substitutions }: Engine): Promise<void> {
  await groups.put("finance", { description: "Pays, and gives money back", members: ["ana", "ben", "carla"] });
  await groups.put("legal", { description: "Signs contracts", members: ["lea", "dmitri"] });
  await people.put("ana", { name: "Ana Okafor", mail: "ana@example.com" });
  await people.put("ben", { name: "Ben Liu", mail: "ben@example.com" });
  const until = new Date(Date.now() + 2 * week);
  await substitutions.add({ person: "ben", substitute: "carla", until, groups: ["finance"], note: "Parental leave" });
  await substitutions.add({ person: "lea", substitute: "dmitri", from: new Date(Date.now() + week), until });
}
