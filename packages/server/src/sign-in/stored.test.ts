import { afterEach, beforeEach, expect, test } from "vitest";
import { Office } from "./fixtures/office.ts";
import { newAccount } from "./local/account.ts";
import { Invitations } from "./local/invitations.ts";
import { Stored } from "./stored.ts";

let office: Office;
let kept: Stored<{ step: number }>;
beforeEach(() => {
  office = new Office();
  kept = new Stored(office.engine, "test", office.now);
});
afterEach(() => office.close());

test("of two that write the same over the same, one is told that it did", async () => {
  const first = await kept.write("a", { step: 1 }, { expected: "absent", expiresAt: null });
  expect(await kept.write("a", { step: 1 }, { expected: "absent", expiresAt: null })).toBeNull();
  const both = await Promise.all(
    [1, 2].map(() => kept.write("a", { step: 2 }, { expected: first ?? 0, expiresAt: null })),
  );
  expect(both.filter((revision) => revision !== null)).toHaveLength(1);
  const to = ({ step }: { step: number }) => (step < 3 ? { step: 3 } : null);
  const changed = await Promise.all([1, 2, 3].map(() => kept.change("a", to, () => null)));
  expect(changed.filter((one) => one !== null)).toEqual([{ step: 3 }]);
});

test("a write whose answer was lost is known for one's own", async () => {
  const { store } = office.engine;
  const commit = store.commit.bind(store);
  store.commit = (async (namespace: string, operations: Parameters<typeof commit>[1]) => {
    await commit(namespace, operations);
    return commit(namespace, operations);
  }) as typeof store.commit;
  expect(await kept.write("a", { step: 1 }, { expected: "absent", expiresAt: null })).not.toBeNull();
});

test("an invitation is taken by one, and by nobody when its time is over", async () => {
  const invitations = new Invitations(office.engine, {
    page: "https://hp.example/invitation",
    ttlMs: 1000,
    now: office.now,
  });
  const account = newAccount({ name: "ana", namespace: "default", roles: ["viewer"] }, null, office.time);
  const { token } = await invitations.issue({ account, reset: false });
  const reads = await Promise.all([invitations.read(token), invitations.read(token)]);
  const taken = await Promise.all(reads.map((read) => read && invitations.take(read)));
  expect(taken.sort()).toEqual([false, true]);
  expect(await invitations.read(token)).toBeNull();
  const late = await invitations.issue({ account, reset: false });
  office.time += 1000;
  expect(await invitations.read(late.token)).toBeNull();
});
