import type { RouteInput } from "@holdpoint/client";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo, useSyncExternalStore } from "react";
import { apiKey, call } from "../../data/api.ts";
import { problemText } from "../../data/problem.ts";
import { painted } from "../../ui/painted.ts";
import { useToast } from "../../ui/toast.tsx";
import { copy } from "./copy.ts";
import type { Hold } from "./views.ts";

/** What is sent to decide a hold. */
export type DecisionInput = RouteInput<"holds.decide">;

interface Pending {
  hold: Hold;
  input: DecisionInput;
  timer: ReturnType<typeof setTimeout> | undefined;
  removeToast: () => void;
}

const storedAs = "holdpoint.undo";
const usualUndo = 6;

/** How long a decision may be taken back before it is sent, in seconds; 0 sends at once. */
export const undoSeconds = (): number => {
  const kept = Number(localStorage.getItem(storedAs) ?? usualUndo);
  return kept >= 0 && kept <= 60 ? kept : usualUndo;
};
export const setUndoSeconds = (seconds: number): void => localStorage.setItem(storedAs, String(seconds));

/**
 * Decisions on their way. A decision can be undone because it is sent later, not because it is taken back: for some seconds it is here
 * alone, and nobody has heard of it. Whoever closes the tab meanwhile has meant it.
 */
class Decisions {
  private readonly pending = new Map<string, Pending>();
  private readonly watchers = new Set<() => void>();
  private ids: readonly string[] = [];

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  /** Holds that are decided as far as this screen is concerned. */
  readonly leaving = (): readonly string[] => this.ids;

  add(one: Pending): void {
    this.pending.set(one.hold.id, one);
    this.changed();
  }

  remove(id: string): Pending | null {
    const one = this.pending.get(id) ?? null;
    clearTimeout(one?.timer);
    if (this.pending.delete(id)) this.changed();
    return one;
  }

  /** The newest that is not sent yet. */
  last(): Pending | null {
    return [...this.pending.values()].findLast(({ timer }) => timer !== undefined) ?? null;
  }

  unsent(): Pending[] {
    return [...this.pending.values()].filter(({ timer }) => timer !== undefined);
  }

  private changed(): void {
    this.ids = [...this.pending.keys()];
    for (const watcher of this.watchers) watcher();
  }
}

const decisions = new Decisions();
/** Whoever closes the page has meant what they decided. */
addEventListener("pagehide", () => {
  for (const { input, hold } of decisions.unsent()) {
    decisions.remove(hold.id);
    void call("holds.decide", input);
  }
});

/** The ids of holds that are on their way out. */
export const useLeaving = (): readonly string[] => useSyncExternalStore(decisions.watch, decisions.leaving);

/** What can be done with decisions. */
export interface Decider {
  /** Decides: at once, or after the time in which it may be undone. Resolves to false where it was refused at once. */
  decide(hold: Hold, input: DecisionInput): Promise<boolean>;
  /** Takes the last one back that is not sent yet. @returns the hold, null where there is none */
  undo(): Hold | null;
  /** Somebody else was faster: what is not sent yet is not sent. */
  overtaken(id: string): void;
}

export function useDecisions(): Decider {
  const queries = useQueryClient();
  const toasts = useToast();
  return useMemo(() => {
    const undo = (): Hold | null => {
      const last = decisions.last();
      if (last === null) return null;
      decisions.remove(last.hold.id);
      last.removeToast();
      toasts.show({ text: copy.said.undone });
      return last.hold;
    };
    /**
     * Once the server has answered, the result is said, from its answer alone, and stands on the screen before anything else is drawn or
     * asked for. Then the lists follow, and until they have, the hold is left out of them.
     */
    const settle = async (one: Pending, said: string | null): Promise<boolean> => {
      const { hold, input } = one;
      const follow = (): void => void refreshLists(queries, hold.id).finally(() => decisions.remove(hold.id));
      try {
        const decided = await call("holds.decide", input);
        if (said !== null) toasts.show({ text: said });
        if (decided.status === "open") toasts.show({ text: copy.said.waiting });
        await painted();
        queries.setQueryData(apiKey("holds.show", { hold: hold.id }), decided);
        decisions.add(one);
        follow();
        return true;
      } catch (error) {
        const { title, detail } = problemText(error);
        toasts.show({ tone: "danger", text: `${copy.said.failed(hold.title)} ${title}. ${detail}` });
        follow();
        return false;
      }
    };
    return {
      undo,
      overtaken: (id) => {
        const one = decisions.unsent().find(({ hold }) => hold.id === id);
        if (!one) return;
        decisions.remove(id);
        one.removeToast();
        toasts.show({ tone: "danger", text: copy.said.faster(one.hold.title) });
      },
      decide: async (hold, input) => {
        const seconds = hold.severity === "critical" ? 0 : undoSeconds();
        const text = copy.said.pending(copy.said.outcome(hold, input.answer), hold.title);
        const one: Pending = { hold, input, timer: undefined, removeToast: () => {} };
        if (seconds === 0) return settle(one, text);
        one.timer = setTimeout(() => {
          one.timer = undefined;
          void settle(one, null);
        }, seconds * 1000);
        one.removeToast = toasts.show({
          text,
          stays: seconds * 1000,
          action: { label: copy.said.undo, shortcut: "u", onSelect: () => void undo() },
        });
        decisions.add(one);
        return true;
      },
    };
  }, [queries, toasts]);
}

const refreshLists = (queries: QueryClient, hold: string): Promise<unknown> =>
  Promise.all(
    [
      apiKey("holds.list"),
      apiKey("holds.counts"),
      apiKey("holds.trail", { hold }),
      apiKey("holds.standing", { hold }),
    ].map((queryKey) => queries.invalidateQueries({ queryKey })),
  );
