import type { Clock } from "../clock.ts";
import { FencedError, StoreError } from "../errors.ts";
import { type PayloadCodec, valueCodec } from "../journal/codec.ts";
import { defaultInlineLimit, defaultPayloadLimit } from "../journal/payload.ts";
import type { Execution } from "../run/execution.ts";
import type { AnsweredHold, AroundStep, Host, PayloadLimits, Rest, StepStandIn } from "../run/host.ts";
import type { TraceContext } from "../run/trace-context.ts";
import { RunWriter } from "../run/writer.ts";
import type { Sealing } from "../store/sealing.ts";
import type { History, Mail, NewMail, RunRow, StoredPayload } from "../store/store.ts";
import type { StoreTransaction } from "../store/transactions.ts";
import type { WorkflowLog } from "../workflow/context.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { consoleLog, type EngineLog, runLog } from "./options.ts";
import { assemble } from "./payloads.ts";
import type { Worker } from "./worker.ts";

/** What a worker gives its executions. */
export class LiveHost implements Host {
  readonly live = true;
  readonly namespace: string;
  readonly clock: Clock;
  readonly codec: PayloadCodec;
  readonly limits: PayloadLimits;
  readonly chainKey: Uint8Array | undefined;
  readonly sealing: Sealing | undefined;
  readonly services: ReadonlyMap<string, unknown>;
  readonly engineLog: EngineLog;
  readonly standIn: StepStandIn | undefined;
  readonly aroundStep: AroundStep | undefined;
  readonly holdAnswered: ((answered: AnsweredHold) => void) | undefined;
  private readonly worker: Worker;

  constructor(worker: Worker) {
    const { settings } = worker;
    const { options } = settings;
    this.worker = worker;
    this.namespace = settings.namespace;
    this.clock = settings.clock;
    this.codec = options.codec ?? valueCodec;
    this.limits = {
      payload: options.limits?.payload ?? defaultPayloadLimit,
      inline: options.limits?.inline ?? defaultInlineLimit,
    };
    this.chainKey = options.chainKey;
    this.sealing = settings.store.sealing;
    this.services = new Map((options.services ?? []).map((service) => [service.name, service.value]));
    this.standIn = options.standIn;
    this.engineLog = options.log ?? consoleLog;
    const { probes } = settings;
    this.aroundStep = probes?.aroundStep ?? undefined;
    this.holdAnswered = probes?.hears("holdAnswered") ? (answered) => probes.tell("holdAnswered", answered) : undefined;
  }

  get draining(): boolean {
    return this.worker.draining;
  }

  newest(name: string): AnyWorkflow | null {
    return this.worker.settings.registry.newest(name);
  }

  traceOfChild({ trace, turn }: Execution, workflow: string, id: string): TraceContext | null {
    const { probes } = this.worker.settings;
    return probes?.traceOfStart({ namespace: this.namespace, id, workflow, parent: turn }) ?? trace;
  }

  log(execution: Execution): WorkflowLog {
    const { id, workflow } = execution.row;
    return runLog(this.engineLog, { run: id, workflow }, () => execution.replaying);
  }

  request(execution: Execution): void {
    this.worker.committer.request(execution);
  }

  async readMail(execution: Execution, after: number): Promise<Mail[]> {
    const { store } = this.worker.settings;
    const { pk } = execution.writer;
    for (let attempt = 0; ; attempt++) {
      try {
        const [history] = await store.history(this.namespace, [{ pk, after }]);
        // Mail that another worker has read already has its place among entries that are not here.
        if (!execution.writer.wrote(history?.entries ?? [])) throw new FencedError(execution.runId);
        return (await assemble(store, this.namespace, pk, { entries: [], mail: history?.mail ?? [] })).mail;
      } catch (error) {
        if (execution.ended || error instanceof FencedError || attempt >= 20) throw error;
        await new Promise<void>((resolve) => this.clock.timer(Math.min(1000, 10 * 2 ** attempt), resolve));
      }
    }
  }

  send(to: string, mail: NewMail): void {
    const delivery = this.worker.committer.submit({ type: "deliver", to: { id: to }, mail, allowedIn: null });
    delivery.catch((error: unknown) => {
      // A disk that is full now has room again later; a store that was closed is not there any more.
      if (error instanceof StoreError) this.clock.timer(resendMs, () => this.send(to, mail), { unref: true });
      else this.engineLog.warn({ to, kind: mail.kind, error }, "mail was not delivered");
    });
  }

  foreignAwait(execution: Execution): string | null | undefined {
    return this.worker.settings.guard.foreignAwait(execution);
  }

  leaseHeld(): boolean {
    return this.worker.leaseHeld();
  }

  transaction(alone: () => Promise<void>): StoreTransaction | null {
    return this.worker.settings.store.transactions?.begin(this.namespace, alone) ?? null;
  }

  cacheGet(key: string): Promise<StoredPayload | null> {
    return this.worker.settings.store.cached(this.namespace, key, this.clock.now());
  }

  cachePut(key: string, value: StoredPayload, expiresAt: number): Promise<void> {
    return this.worker.settings.store.cache(this.namespace, key, value, expiresAt);
  }

  floating(execution: Execution, reason: unknown): void {
    const message = reason instanceof Error ? reason.message : String(reason);
    const fields = { run: execution.runId, workflow: execution.workflow.name };
    this.engineLog.warn(fields, `something failed that nobody awaited (yet): ${message}`);
  }

  broken(execution: Execution, error: Error): void {
    this.engineLog.error({ run: execution.runId, error: error.message }, "a run cannot be written");
  }

  rested(execution: Execution, rest: Rest): void {
    if (rest.type === "diverged") {
      const { id, workflow } = execution.row;
      this.engineLog.error({ run: id, workflow, ...rest.error.details }, rest.error.message);
    }
    this.worker.rested(execution, rest);
  }

  /** A pinned run whose version is not here: looked at again later, by whoever has it then. */
  async leaveForOthers(row: RunRow, history: History): Promise<void> {
    const writer = new RunWriter(row, history.entries.at(-1)?.mailSeen ?? 0, this);
    for (const mail of history.mail) writer.sawMail(mail);
    const note = `waits for a worker with version ${row.version} of "${row.workflow}"`;
    const now = this.clock.now();
    const then = { type: "park", status: "ready", wakeAt: now + pinnedPauseMs, waiting: null, note } as const;
    await this.worker.committer.submit(writer.take(then, now));
  }

  /** A run no registered version can take: put away as diverged without executing anything. */
  async divergeAtOnce(row: RunRow, history: History, message: string): Promise<void> {
    const writer = new RunWriter(row, history.entries.at(-1)?.mailSeen ?? 0, this);
    for (const mail of history.mail) writer.sawMail(mail);
    const then = { type: "park", status: "diverged", wakeAt: null, waiting: null, note: message } as const;
    this.engineLog.error({ run: row.id, workflow: row.workflow, version: row.version }, message);
    await this.worker.committer.submit(writer.take(then, this.clock.now()));
  }
}

/** How long after a failure of the store mail is sent again, in ms. */
const resendMs = 1000;

/** How long a pinned run is left alone when its version was not there, in ms. */
const pinnedPauseMs = 30_000;
