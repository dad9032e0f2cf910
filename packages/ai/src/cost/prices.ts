import { calcPrice } from "@pydantic/genai-prices";
import type { Usage } from "../model/usage.ts";

/** What a model costs, in US dollars for a million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  /** Of tokens read from the provider's cache. Default: `input`. */
  readonly cacheRead?: number;
  /** Of tokens written to it. Default: `input`. */
  readonly cacheWrite?: number;
}

/** Prices of your own, by `provider/model`; `provider/*` is for all models of one that have none. They go before the table. */
export type PriceTable = Readonly<Record<string, ModelPrice>>;

/**
 * What the tokens of a call cost, in US dollars; null ("unpriced") when the model has no price here or a count is unknown: a cost
 * that is not known is never 0.
 *
 * Prices come from `@pydantic/genai-prices`, a maintained table whose prices carry the dates from which they hold; its version is the
 * one that is installed. Tokens read from and written to a prompt cache have their own prices.
 *
 * @example
 * const cost = costOf("openai/gpt-4o", { input: 1000, output: 200, cacheRead: 400, cacheWrite: null, reasoning: null });
 *
 * @param at when the call was made: prices change. Default now.
 */
export function costOf(model: string, usage: Usage, prices: PriceTable = {}, at?: Date): number | null {
  if (usage.input === null || usage.output === null) return null;
  const { provider, name } = partsOf(model);
  const own = prices[model] ?? prices[`${provider}/*`];
  if (own) return ownCost(own, usage.input, usage.output, usage.cacheRead ?? 0, usage.cacheWrite ?? 0);
  const counted = {
    input_tokens: usage.input,
    output_tokens: usage.output,
    ...(usage.cacheRead ? { cache_read_tokens: usage.cacheRead } : {}),
    ...(usage.cacheWrite ? { cache_write_tokens: usage.cacheWrite } : {}),
  };
  const found = calcPrice(counted, name, { providerId: provider, ...(at && { timestamp: at }) });
  // The table answers for a provider it does not know with a model of the same name elsewhere: that is another price.
  return found && found.provider.id === provider ? found.total_price : null;
}

/** `provider/model`, taken apart at its first slash: models of some providers have slashes of their own. */
export function partsOf(model: string): { provider: string; name: string } {
  const slash = model.indexOf("/");
  return slash < 0 ? { provider: "", name: model } : { provider: model.slice(0, slash), name: model.slice(slash + 1) };
}

function ownCost(price: ModelPrice, input: number, output: number, read: number, written: number): number {
  const { input: perInput, output: perOutput, cacheRead = perInput, cacheWrite = perInput } = price;
  return (
    ((input - read - written) * perInput + read * cacheRead + written * cacheWrite + output * perOutput) / 1_000_000
  );
}
