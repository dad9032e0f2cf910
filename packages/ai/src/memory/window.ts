import type { Message } from "../model/message.ts";

/** How many tokens a text has. */
export type CountTokens = (text: string) => number;

/** One token for each four characters. */
export const roughTokens: CountTokens = (text) => Math.ceil(text.length / 4);

/** How many tokens a message has, its tool calls and results included. */
export function tokensOf({ content }: Message, count: CountTokens = roughTokens): number {
  return count(typeof content === "string" ? content : JSON.stringify(content));
}

/**
 * What of a conversation belongs together: a message by itself, but an answer that calls tools only with their results.
 */
export function unitsOf<T extends { readonly message: Message }>(messages: readonly T[]): T[][] {
  const units: T[][] = [];
  for (const one of messages) {
    const last = units.at(-1);
    if (one.message.role === "tool" && last) last.push(one);
    else units.push([one]);
  }
  return units;
}

/**
 * The end of a conversation that fits: whole units, at least the last, beginning with what a user said where any of it was. Results of tools whose
 * call is not there are left out.
 */
export function windowOf<T extends { readonly message: Message; readonly tokens: number }>(
  messages: readonly T[],
  most: number,
): T[] {
  const units = unitsOf(messages).filter(([first]) => first?.message.role !== "tool");
  let begin = units.length;
  let sum = 0;
  while (begin > 0) {
    const size = sizeOf(units[begin - 1] ?? []);
    if (sum + size > most && begin < units.length) break;
    sum += size;
    begin--;
  }
  const kept = units.slice(begin);
  const user = kept.findIndex(([first]) => first?.message.role === "user");
  return kept.slice(Math.max(user, 0)).flat();
}

const sizeOf = (unit: readonly { readonly tokens: number }[]): number =>
  unit.reduce((sum, { tokens }) => sum + tokens, 0);
