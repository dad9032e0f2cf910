import { createEngine, type Engine, group, memoryStore, staticDirectory, workflow } from "@holdpoint/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Channel, createOutbox, type Notice, toReviewers } from "../index.ts";

const directory = staticDirectory({ groups: { legal: ["lea", "leo"], finance: ["fay", "fin"], leads: ["lou"] } });
let engine: Engine | null = null;
let stop: (() => Promise<void>) | null = null;
afterEach(async () => {
  await stop?.();
  await engine?.stop();
});

/** An engine that asks with these reviewers, and what its outbox said to whom. */
async function asking(request: object): Promise<{ engine: Engine; said: string[] }> {
  const said: string[] = [];
  const channel: Channel = {
    private: true,
    async send({ recipient, kind, hold, happening }: Notice) {
      said.push(`${recipient.to} ${kind} after ${happening.action} (${hold.status})`);
      return undefined;
    },
  };
  const ask = workflow(
    { name: "ask" },
    async (ctx) => (await ctx.approve("ask", { title: "May it?", ...request })).approved,
  );
  const address = (person: string): string | null => (person === "fin" ? null : `${person}@example.com`);
  const outbox = createOutbox({
    channels: { memo: channel },
    route: toReviewers({ channel: "memo", address, directory }),
    pauseMs: 5,
  });
  const store = memoryStore();
  const made = createEngine({ store, workflows: [ask, ...outbox.workflows], directory });
  engine = made;
  await made.start();
  stop = outbox.start(made, { store, pollMs: 30 });
  await made.run(ask, undefined, { by: "leo" });
  return { engine: made, said };
}
const holdOf = async (made: Engine) => (await made.holds({})).items.find(({ workflow: name }) => name === "ask")!;
const soon = (said: string[], wanted: string[]): Promise<void> =>
  vi.waitFor(() => expect([...said].sort()).toEqual([...wanted].sort()));

describe("who is told", () => {
  test("people by name, and at the end those who did not decide", async () => {
    const { engine: made, said } = await asking({ reviewers: { people: ["ana", "ben"] } });
    await soon(said, ["ana@example.com asked after opened (open)", "ben@example.com asked after opened (open)"]);
    await made.decide(await holdOf(made), { approved: true }, { by: "ana" });
    await vi.waitFor(() => expect(said.slice(2)).toEqual(["ben@example.com closed after decided (decided)"]));
  });

  test("groups, without whoever started it and whoever has no address; in a chain the next when it is their turn", async () => {
    const { engine: made, said } = await asking({
      reviewers: { excludeCreator: true, stages: [group("legal"), group("finance")] },
    });
    await soon(said, ["lea@example.com asked after opened (open)"]);
    await made.decide(await holdOf(made), { approved: true }, { by: "lea" });
    await soon(said, ["lea@example.com asked after opened (open)", "fay@example.com asked after voted (open)"]);
  });

  test("whoever stands in for those who are away, from groups and addresses kept in the store", async () => {
    const said: string[] = [];
    const channel: Channel = {
      private: true,
      async send({ recipient }: Notice) {
        said.push(`${recipient.person} ${recipient.to}`);
        return undefined;
      },
    };
    const outbox = createOutbox({
      channels: { memo: channel },
      route: toReviewers({
        channel: "memo",
        address: async (person, { mailOf }) => (await mailOf?.(person)) ?? null,
      }),
    });
    const ask = workflow({ name: "ask" }, async (ctx) => {
      await ctx.approve("ask", { title: "May it?", reviewers: { groups: ["payers"], excludeCreator: true } });
    });
    const store = memoryStore();
    const made = createEngine({ store, workflows: [ask, ...outbox.workflows] });
    engine = made;
    await made.start();
    await made.groups.put("payers", { members: ["ana", "rita"] });
    for (const person of ["ana", "ben", "eve"]) await made.people.put(person, { mail: `${person}@example.com` });
    await made.substitutions.add({ person: "ana", substitute: "ben", groups: ["payers"] });
    await made.substitutions.add({ person: "ana", substitute: "eve", workflows: ["another"] });
    await made.substitutions.add({ person: "rita", substitute: "eve" });
    stop = outbox.start(made, { store, pollMs: 30 });
    await made.run(ask, undefined, { by: "rita" });
    await soon(said, ["ana ana@example.com", "ben ben@example.com"]);
  });

  test("those it was escalated to", async () => {
    const { said } = await asking({
      reviewers: { people: ["ana"] },
      deadline: [{ after: 80, escalate: { groups: ["leads"] } }],
    });
    await vi.waitFor(() => expect(said).toContain("lou@example.com escalated after escalated (open)"));
  });
});
