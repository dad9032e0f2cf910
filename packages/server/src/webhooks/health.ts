import type { Engine } from "@holdpoint/core";
import { Stored } from "../sign-in/stored.ts";

/** How an endpoint takes its messages. Times are milliseconds since 1970. */
export interface EndpointHealth {
  lastSuccessAt: number | null;
  /** Since when no message has arrived, while some were sent; null while they arrive. */
  failingSince: number | null;
  /** Attempts in a row that failed. */
  failures: number;
  /** What the last one failed with. */
  lastError: string | null;
  /** Somebody was told that it is broken. */
  reported: boolean;
}

const unknown: EndpointHealth = {
  lastSuccessAt: null,
  failingSince: null,
  failures: 0,
  lastError: null,
  reported: false,
};

/** An endpoint that has failed for so long is reported as broken. */
export const brokenAfterMs = 6 * 3_600_000;
/** So often a success is written down where nothing else has changed. */
const noteEveryMs = 60_000;

/** How the endpoints of one namespace do, as records of its store. */
export class Health {
  private readonly kept: Stored<EndpointHealth>;

  constructor(engine: Engine) {
    this.kept = new Stored(engine, "webhookHealth", Date.now, engine.namespace);
  }

  async of(id: string): Promise<EndpointHealth> {
    return (await this.kept.read(id))?.value ?? unknown;
  }

  async succeeded(id: string): Promise<void> {
    await this.note(id, (before, now) =>
      before.failingSince === null && before.lastSuccessAt !== null && now - before.lastSuccessAt < noteEveryMs
        ? null
        : { ...unknown, lastSuccessAt: now },
    );
  }

  /** Gives how it does now, where it is broken from this failure on. */
  async failed(id: string, error: string): Promise<EndpointHealth | null> {
    let broken: EndpointHealth | null = null;
    await this.note(id, (before, now) => {
      const failingSince = before.failingSince ?? now;
      const reported = now - failingSince >= brokenAfterMs;
      const failures = before.failures + 1;
      const next = { ...before, failingSince, failures, lastError: error.slice(0, 500), reported };
      broken = reported && !before.reported ? next : null;
      return next;
    });
    return broken;
  }

  forget(id: string): Promise<boolean> {
    return this.kept.drop(id);
  }

  /** Of several that note at the same moment each has its say, within reason: it is a count for people. */
  private async note(id: string, to: (before: EndpointHealth, now: number) => EndpointHealth | null): Promise<void> {
    for (let tries = 0; tries < 10; tries++) {
      const read = await this.kept.read(id);
      const next = to(read?.value ?? unknown, Date.now());
      if (next === null) return;
      if ((await this.kept.write(id, next, { expected: read?.revision ?? "absent", expiresAt: null })) !== null) return;
    }
  }
}
