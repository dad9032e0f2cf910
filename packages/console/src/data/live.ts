import type { RouteOutput } from "@holdpoint/client";
import { createClient } from "@holdpoint/client";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { send } from "./client.ts";
import { readPlace } from "./place.ts";
import { isSignedOut } from "./problem.ts";
import type { LiveState } from "./stale.ts";

/** What happened to a run or a hold, as the server's feed tells it; `opened` when it began, `lost` after an absence that was too long. */
export type LiveEvent =
  | { type: "opened" | "lost"; at: string }
  | {
      type: string;
      at: string;
      run: { id: string; workflow: string };
      hold: { id: string; key: string; name: string; severity: RouteOutput<"holds.show">["severity"] } | null;
    };

/** The server gives a sign of life every 15 s: after so long without one the connection is dead, whatever the browser believes. */
const silenceMs = 40_000;

/** Follows the server's feed, over as many connections as it takes, and tells listeners. */
export class LiveFeed {
  private state: LiveState = { connection: "connecting", heardAt: null };
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Set<(event: LiveEvent) => void>();
  private stopping: AbortController | null = null;
  private begun = false;

  /** Begins to follow; `signedOut` is called when the server knows us no more. */
  start(signedOut: () => void): () => void {
    const stopping = new AbortController();
    this.stopping = stopping;
    void this.follow(stopping.signal, signedOut);
    return () => stopping.abort();
  }

  readonly snapshot = (): LiveState => this.state;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly listen = (listener: (event: LiveEvent) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private async follow(signal: AbortSignal, signedOut: () => void): Promise<void> {
    const feed = createClient({ url: location.origin + readPlace().base, fetch: (...sent) => this.watched(...sent) });
    try {
      for await (const event of feed.events.follow({}, { signal })) this.tell(event as LiveEvent);
    } catch (error) {
      if (isSignedOut(error)) signedOut();
      else this.set("lost");
    }
  }

  /** A request for the stream whose every byte counts as a sign of life, and whose silence ends it. */
  private async watched(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    try {
      const response = await send(input, init);
      if (!response.ok || response.body === null) return response;
      this.hear();
      // From now on nothing is missed, over reconnects too; what was read before this may be old already.
      if (!this.begun) this.tell({ type: "opened", at: new Date().toISOString() });
      this.begun = true;
      return new Response(response.body.pipeThrough(this.pulse()), response);
    } catch (error) {
      this.set("lost");
      throw error;
    }
  }

  private pulse(): TransformStream<Uint8Array, Uint8Array> {
    let silence: ReturnType<typeof setTimeout> | undefined;
    const over = (): void => {
      clearTimeout(silence);
      if (!this.stopping?.signal.aborted) this.set("lost");
    };
    const wait = (controller: TransformStreamDefaultController): void => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        over();
        controller.error(new TypeError("the stream fell silent"));
      }, silenceMs);
    };
    return new TransformStream({
      start: wait,
      transform: (chunk, controller) => {
        wait(controller);
        this.hear();
        controller.enqueue(chunk);
      },
      flush: over,
      cancel: over,
    } as Transformer<Uint8Array, Uint8Array> & { cancel: () => void });
  }

  private hear(): void {
    this.set("open", Date.now());
  }

  private set(connection: LiveState["connection"], heardAt = this.state.heardAt): void {
    this.state = { connection, heardAt };
    for (const watcher of this.watchers) watcher();
  }

  private tell(event: LiveEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

/** The page's own feed. */
export const live = new LiveFeed();

/** How fresh the screen is. */
export const useLiveState = (): LiveState => useSyncExternalStore(live.watch, live.snapshot);

/** Calls back for each event of the feed while the component is shown. */
export function useLiveEvents(listener: (event: LiveEvent) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => live.listen((event) => latest.current(event)), []);
}
