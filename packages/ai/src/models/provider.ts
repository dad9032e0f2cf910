import { partsOf } from "../cost/prices.ts";
import { ModelSetupError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import { type AdapterKind, adapterModel } from "./adapter.ts";
import type { ProviderLimits } from "./limits.ts";

/** How a provider is reached. */
export interface ProviderSettings extends ProviderLimits {
  /** Default: the provider's own variable of the environment. */
  apiKey?: string;
  /** Default: the provider's own address. */
  baseURL?: string;
  /** Sent along with each request. */
  headers?: Readonly<Record<string, string>>;
  /**
   * What the server speaks. Default: what a known provider speaks; for others `openai-compatible`, OpenAI's chat completions.
   * `openai-chat` is OpenAI's own chat completions, `openai` its responses.
   */
  speaks?: AdapterKind;
}

/** What is known of a provider. */
interface KnownProvider {
  readonly speaks: AdapterKind;
  /** Variables that may hold its key, the first that is set counts. */
  readonly keys: readonly string[];
  /** The variable that may hold its address. */
  readonly address?: string;
  /** Where it is by default; the adapter knows where it is not said. */
  readonly baseURL?: string;
}

const known: Readonly<Record<string, KnownProvider>> = {
  openai: { speaks: "openai", keys: ["OPENAI_API_KEY"], address: "OPENAI_BASE_URL" },
  anthropic: { speaks: "anthropic", keys: ["ANTHROPIC_API_KEY"], address: "ANTHROPIC_BASE_URL" },
  google: { speaks: "google", keys: ["GOOGLE_GENERATIVE_AI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"] },
  ollama: { speaks: "openai-compatible", keys: [], address: "OLLAMA_BASE_URL", baseURL: "http://localhost:11434/v1" },
  vllm: {
    speaks: "openai-compatible",
    keys: ["VLLM_API_KEY"],
    address: "VLLM_BASE_URL",
    baseURL: "http://localhost:8000/v1",
  },
  llamacpp: {
    speaks: "openai-compatible",
    keys: [],
    address: "LLAMACPP_BASE_URL",
    baseURL: "http://localhost:8080/v1",
  },
};

/** The model of a name such as `anthropic/claude-…`. Throws `ModelSetupError`. */
export function providerModel(
  choice: string,
  providers: Readonly<Record<string, ProviderSettings | ((name: string) => Model)>>,
  environment: Readonly<Record<string, string | undefined>>,
): Model {
  const { provider, name } = partsOf(choice);
  const given = providers[provider];
  if (provider === "" || name === "" || (!given && !Object.hasOwn(known, provider))) {
    const names = [...new Set([...Object.keys(known), ...Object.keys(providers)])].join(", ");
    throw new ModelSetupError(
      `"${choice}" is no model: write provider/model with one of ${names}, or name the server in models({ providers })`,
      { choice },
    );
  }
  if (typeof given === "function") return given(name);
  const facts = Object.hasOwn(known, provider) ? known[provider] : undefined;
  const set = (names: readonly string[]): string | undefined => names.map((one) => environment[one]).find(Boolean);
  const apiKey = given?.apiKey ?? set(facts?.keys ?? []);
  const baseURL = given?.baseURL ?? set(facts?.address ? [facts.address] : []) ?? facts?.baseURL;
  const speaks = given?.speaks ?? facts?.speaks ?? "openai-compatible";
  if (apiKey === undefined && facts && facts.keys.length > 0 && given?.baseURL === undefined && provider !== "vllm") {
    throw new ModelSetupError(
      `${choice} needs a key: set ${facts.keys[0]}, or models({ providers: { ${provider}: { apiKey } } })`,
      { choice },
    );
  }
  return adapterModel({ id: choice, provider, name, speaks, apiKey, baseURL, headers: given?.headers });
}
