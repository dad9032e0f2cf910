import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useToast } from "../ui/toast.tsx";
import { problemText } from "./problem.ts";

/**
 * Something that is done by a button: what it changed is read anew, and what went wrong is said in a corner.
 *
 * @example
 * const pause = useAction(["schedules"], (schedule: string) => call("schedules.pause", { schedule }), () => "Paused");
 */
export function useAction<I, O>(
  /** The groups of routes whose answers are old then: `schedules`. */
  changes: readonly string[],
  work: (input: I) => Promise<O>,
  /** What is said when it is done; null says nothing. */
  said?: (output: O, input: I) => string | null,
) {
  const queries = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: work,
    onSuccess: (output, input) => {
      const text = said?.(output, input) ?? null;
      if (text !== null) toast.show({ text });
    },
    onError: (error) => toast.show({ text: problemText(error).detail, tone: "danger" }),
    onSettled: () => Promise.all(changes.map((group) => queries.invalidateQueries({ queryKey: [group] }))),
  });
}

/** Makes answers of groups of routes old, for dialogs that show their failures themselves. */
export function useChanged(...changes: readonly string[]): () => Promise<unknown> {
  const queries = useQueryClient();
  return () => Promise.all(changes.map((group) => queries.invalidateQueries({ queryKey: [group] })));
}
