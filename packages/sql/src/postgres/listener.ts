import type { Client } from "pg";

/** Between tries to listen again: doubled each time up to this, with jitter, so that workers do not come back in step. */
const longestWait = 5_000;

interface ListenerOptions {
  channel: string;
  /** Makes an unconnected connection of its own. */
  connect: () => Client;
  heard: (payload: string) => void;
  /** What was said while nobody listened is lost: look everywhere. */
  missed: () => void;
}

/** One connection that listens, and comes back when it is lost. */
export class Listener {
  readonly #options: ListenerOptions;
  #client: Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #stopped = false;
  #listening = false;
  #wasLost = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    void this.#connect();
  }

  /** False while it is not connected: then only asking finds what others wrote. */
  get listening(): boolean {
    return this.#listening;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = null;
    this.#listening = false;
    // A connection that is broken cannot be ended properly, and need not be.
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const { channel, connect, heard, missed } = this.#options;
    const client = connect();
    this.#client = client;
    client.on("error", () => this.#lost(client));
    client.on("end", () => this.#lost(client));
    client.on("notification", ({ payload }) => heard(payload ?? ""));
    try {
      await client.connect();
      await client.query(`listen "${channel}"`);
    } catch {
      this.#lost(client);
      return;
    }
    if (this.#client !== client) return;
    // Waiting to be woken must not keep a process alive that has nothing else to do.
    (client as Client & { unref(): void }).unref();
    this.#listening = true;
    this.#failures = 0;
    // The first time nothing was missed that whoever just began to watch does not look for anyway.
    if (this.#wasLost) missed();
  }

  #lost(client: Client): void {
    if (this.#client !== client || this.#stopped) return;
    this.#client = null;
    this.#listening = false;
    this.#wasLost = true;
    client.end().catch(() => undefined);
    const wait = Math.min(50 * 2 ** this.#failures++, longestWait);
    this.#timer = setTimeout(() => void this.#connect(), wait * (0.5 + Math.random()));
    this.#timer.unref();
  }
}
