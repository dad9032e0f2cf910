import { createHash } from "node:crypto";
import { actionHashOf, evidenceHashOf } from "../hold/request.ts";
import { encodePayload } from "../journal/payload.ts";
import { sha256 } from "../journal/sha256.ts";
import { RunWriter } from "../run/writer.ts";
import type { RunRow, StoredPayload } from "../store/store.ts";
import { dryRun } from "./dry-run.ts";
import { assemble } from "./payloads.ts";
import type { Worker } from "./worker.ts";

/** Key of the hold that stops a run which keeps killing its workers. */
export const poisonKey = "run/poison";

/** The form of a hold about a poisoned run. */
export const poisonSchema = {
  type: "object",
  properties: {
    action: {
      type: "string",
      enum: ["retry", "cancel"],
      title: "What now",
      description: "retry: try again, five more times. cancel: cancel the run.",
    },
    reason: { type: "string", title: "Why" },
  },
  required: ["action"],
  additionalProperties: false,
} as const;

/** Parks a run that was claimed five times without writing anything, with a hold that names what it was about to do. */
export async function holdPoisoned(worker: Worker, row: RunRow): Promise<void> {
  const { store, namespace, clock, registry } = worker.settings;
  const [read] = await store.history(namespace, [{ pk: row.pk, after: 0 }]);
  const history = await assemble(store, namespace, row.pk, read ?? { entries: [], mail: [] });
  const workflow = registry.exact(row.workflow, row.version) ?? registry.newest(row.workflow);
  const starting = workflow
    ? (
        await dryRun(
          { namespace, registry, services: worker.host.services, codec: worker.host.codec },
          row,
          history,
          workflow,
        )
      ).frontier
    : [];
  const last = history.entries.slice(-3).map((entry) => entry.key);
  const key = `${poisonKey}#${history.entries.filter((entry) => entry.key.startsWith(poisonKey)).length + 1}`;
  // This claim, which executes nothing, was counted too.
  const stops = row.stalls - 1;
  const title = `Run ${row.id} stopped its worker ${stops} times${starting.length > 0 ? `, starting ${starting.join(", ")}` : ""}`;
  const at = clock.now();
  const request = encodePayload(
    {
      consequence: "Retry runs the same steps again; cancel ends the run.",
      context: { run: row.id, workflow: row.workflow, starting, last },
      options: [],
      people: null,
      deadline: [],
    },
    { subject: "hold" },
  ).payload as StoredPayload;
  const formBytes = Buffer.from(JSON.stringify(poisonSchema), "utf8");
  const form = { hash: sha256(formBytes), bytes: formBytes };
  const evidence = evidenceHashOf(title, "high", request.bytes, form.hash);
  const action = actionHashOf(row.workflow, "poison", form.hash, null);
  const writer = new RunWriter(row, history.entries.at(-1)?.mailSeen ?? 0, worker.host);
  for (const mail of history.mail) writer.sawMail(mail);
  writer.add({
    key,
    phase: "opened",
    kind: "hold",
    outcome: null,
    payload: { codec: "hash", bytes: Buffer.concat([evidence, action]), ref: false },
    startedAt: at,
    endedAt: at,
    attempt: stops,
    measures: null,
    committed: null,
  });
  writer.ride.holds.push({
    id: `h_${createHash("sha256").update(`${row.seed}\0${row.id}\0${row.generation}\0${key}`).digest("hex").slice(0, 16)}`,
    key,
    name: "poisoned run",
    origin: "operator",
    title,
    severity: "high",
    form,
    request,
    evidenceHash: evidence,
    actionHash: action,
    nextAt: null,
    openedAt: at,
    event: {
      actor: null,
      channel: "engine",
      action: "opened",
      data: null,
      evidenceHash: null,
      at,
      idempotencyKey: null,
    },
  });
  worker.host.engineLog.error({ run: row.id, workflow: row.workflow, starting }, title);
  const then = { type: "park", status: "parked", wakeAt: null, waiting: "operator", note: title } as const;
  await worker.committer.submit(writer.take(then, at));
}
