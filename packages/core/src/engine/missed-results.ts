import { randomSalt } from "../run/random-supply.ts";
import type { History, RunRow } from "../store/store.ts";
import { isFinished } from "../store/transitions.ts";
import { assemble } from "./payloads.ts";
import type { Worker } from "./worker.ts";

/**
 * The history of a run that goes on, with what it missed: a run that is over gets no mail, so the result of an abandoned
 * child that ended in that time is in the child alone. From the retry on each child tells its result itself.
 *
 * Asked for by whoever claims the run, not by whoever retries it, who may die after the retry was written.
 */
export async function withMissedResults(worker: Worker, row: RunRow, history: History): Promise<History> {
  const retry = history.mail.findLast(({ kind }) => kind === "retry");
  if (!retry || retry.n < (history.entries.at(-1)?.seq ?? 0)) return history;
  const { store, namespace } = worker.settings;
  let missed = 0;
  for (const child of await store.children(namespace, row.pk)) {
    if (child.parent?.close !== "abandon" || !isFinished(child.status)) continue;
    if (history.mail.some((mail) => mail.kind === "child" && mail.sender === child.id)) continue;
    if (await deliver(worker, row, child, child.parent.key)) missed++;
  }
  if (missed === 0) return history;
  const [read] = await store.history(namespace, [{ pk: row.pk, after: 0 }], { hashes: false });
  return assemble(store, namespace, row.pk, read ?? history);
}

async function deliver({ settings, committer }: Worker, to: RunRow, child: RunRow, key: string): Promise<boolean> {
  const { store, namespace, clock } = settings;
  const { id, pk, status, seq } = child;
  const [read] = await store.history(namespace, [{ pk, after: seq - 1 }]);
  const { entries } = await assemble(store, namespace, pk, read ?? { entries: [], mail: [] });
  const end = entries.find((entry) => entry.key === "run");
  if (!end) return false;
  await committer.submit({
    type: "deliver",
    to: { pk: to.pk },
    allowedIn: null,
    mail: {
      kind: "child",
      key,
      dedupe: `child:${key}:${id}`,
      outcome: status === "completed" ? "ok" : "error",
      payload: end.payload,
      sender: id,
      at: clock.now(),
      salt: randomSalt(),
    },
  });
  return true;
}
