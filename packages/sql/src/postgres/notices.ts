import { randomUUID } from "node:crypto";
import type { StoreSignal } from "@holdpoint/core";
import type { Client } from "pg";
import type { News } from "../operations/program.ts";
import { Listeners } from "../watch/listeners.ts";
import { Listener } from "./listener.ts";

/** How often everybody is asked to look while nothing can be heard, in milliseconds. */
const pollEvery = 250;
/** More runs than these are not named one by one: the payload of a notification has 8,000 bytes. */
const mostNamed = 400;

interface WatchOptions {
  channel: string;
  /** False: nobody is told and nothing is heard. */
  listen: boolean;
  /** False: others are told, but nothing is heard from them; then everybody looks. */
  hear: boolean;
  connect: () => Client;
  notify: (payload: string) => Promise<unknown>;
}

/** What is said to other processes: by whom, about which namespace, and what of it. */
interface Notice {
  from: string;
  namespace: string;
  ready: boolean;
  hold: boolean;
  deadline: boolean;
  mail: number[] | "many";
}

const silence = (): News => ({ ready: false, hold: false, deadline: false, mail: null });

/**
 * Tells this process at once and others by NOTIFY what was written. A notification is sent after the commit and never
 * inside it (its lock is one for the whole server), and while one is on its way the next ones become one.
 */
export class Notices {
  readonly #options: WatchOptions;
  readonly #listeners = new Listeners();
  readonly #me = randomUUID();
  readonly #untold = new Map<string, News>();
  #telling = false;
  #listener: Listener | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  add(namespace: string, listener: (signal: StoreSignal) => void): () => void {
    const remove = this.#listeners.add(namespace, listener);
    this.#start();
    return () => {
      remove();
      if (this.#listeners.size === 0) void this.#stop();
    };
  }

  announce(namespace: string, news: News): void {
    if (!news.ready && !news.hold && news.mail === null) return;
    this.#listeners.announce(namespace, news);
    if (!this.#options.listen) return;
    const untold = this.#untold.get(namespace) ?? silence();
    untold.ready ||= news.ready;
    untold.hold ||= news.hold;
    untold.deadline ||= news.deadline;
    for (const pk of news.mail ?? []) (untold.mail ??= new Set()).add(pk);
    this.#untold.set(namespace, untold);
    if (!this.#telling) void this.#tell();
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#stop();
  }

  async #tell(): Promise<void> {
    this.#telling = true;
    for (const [namespace, { ready, hold, deadline, mail }] of this.#untold) {
      this.#untold.delete(namespace);
      const named = mail === null ? [] : mail.size > mostNamed ? "many" : [...mail];
      const notice: Notice = { from: this.#me, namespace, ready, hold, deadline, mail: named };
      try {
        await this.#options.notify(JSON.stringify(notice));
      } catch {
        // Nobody relies on being woken: whoever does not hear of it finds it when it asks.
      }
    }
    this.#telling = false;
  }

  #heard(payload: string): void {
    const { from, namespace, ready, hold, deadline, mail } = JSON.parse(payload) as Notice;
    if (from === this.#me) return;
    if (mail === "many") this.#listeners.announceForeign();
    else this.#listeners.announce(namespace, { ready, hold, deadline, mail: mail.length === 0 ? null : new Set(mail) });
  }

  #start(): void {
    if (this.#timer !== null) return;
    const { hear, channel, connect } = this.#options;
    const missed = (): void => this.#listeners.announceForeign();
    if (hear) this.#listener = new Listener({ channel, connect, heard: (payload) => this.#heard(payload), missed });
    this.#timer = setInterval(() => {
      if (this.#listener?.listening !== true) missed();
    }, pollEvery);
    this.#timer.unref();
  }

  async #stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    const listener = this.#listener;
    this.#listener = null;
    await listener?.stop();
  }
}
