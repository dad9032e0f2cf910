import type { EmbeddingModelV4, LanguageModelV4 } from "@ai-sdk/provider";
import { embedWith, fromAiSdk } from "../ai-sdk/from-ai-sdk.ts";
import { ModelSetupError } from "../errors.ts";
import type { Model } from "../model/model.ts";

/** What a server speaks: OpenAI's responses, OpenAI's own chat completions, Anthropic's messages, Gemini's generateContent, or chat completions as others have them. */
export type AdapterKind = "openai" | "openai-chat" | "anthropic" | "google" | "openai-compatible";

/** One model of one server. */
export interface AdapterPlace {
  /** `provider/model`, as it was chosen. */
  readonly id: string;
  readonly provider: string;
  /** The server's own name of the model. */
  readonly name: string;
  readonly speaks: AdapterKind;
  readonly apiKey: string | undefined;
  readonly baseURL: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

/** Both kinds of one model, as the AI SDK has them. */
interface Loaded {
  readonly language: LanguageModelV4;
  readonly embedding: () => EmbeddingModelV4;
}

const packages: Readonly<Record<AdapterKind, string>> = {
  openai: "@ai-sdk/openai",
  "openai-chat": "@ai-sdk/openai",
  anthropic: "@ai-sdk/anthropic",
  google: "@ai-sdk/google",
  "openai-compatible": "@ai-sdk/openai-compatible",
};

/** A model whose adapter is loaded by its first call. */
export function adapterModel(place: AdapterPlace): Model {
  let loading: Promise<Loaded> | undefined;
  const loaded = (): Promise<Loaded> => {
    loading ??= load(place);
    return loading;
  };
  const model = async (): Promise<Model> => fromAiSdk((await loaded()).language, place.id);
  return {
    id: place.id,
    generate: async (request, call) => (await model()).generate(request, call),
    stream: async function* (request, call) {
      yield* (await model()).stream?.(request, call) ?? [];
    },
    embed: async (texts, call) => embedWith((await loaded()).embedding(), place.id, texts, call),
  };
}

async function load(place: AdapterPlace): Promise<Loaded> {
  try {
    return await loaders[place.speaks](place);
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const name = packages[place.speaks];
    throw new ModelSetupError(`${place.id} needs the package ${name}; run npm install ${name}`, { package: name });
  }
}

const loaders: Readonly<Record<AdapterKind, (place: AdapterPlace) => Promise<Loaded>>> = {
  openai: async (place) => {
    const provider = (await import("@ai-sdk/openai")).createOpenAI(settingsOf(place));
    return { language: provider.responses(place.name), embedding: () => provider.embeddingModel(place.name) };
  },
  "openai-chat": async (place) => {
    const provider = (await import("@ai-sdk/openai")).createOpenAI(settingsOf(place));
    return { language: provider.chat(place.name), embedding: () => provider.embeddingModel(place.name) };
  },
  anthropic: async (place) => {
    const provider = (await import("@ai-sdk/anthropic")).createAnthropic(settingsOf(place));
    return { language: provider(place.name), embedding: () => provider.embeddingModel(place.name) };
  },
  google: async (place) => {
    const provider = (await import("@ai-sdk/google")).createGoogle(settingsOf(place));
    return { language: provider(place.name), embedding: () => provider.embeddingModel(place.name) };
  },
  "openai-compatible": async (place) => {
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    const { baseURL, provider: name } = place;
    if (baseURL === undefined) {
      throw new ModelSetupError(`${place.id} needs an address: models({ providers: { ${name}: { baseURL } } })`);
    }
    const provider = createOpenAICompatible({
      ...settingsOf(place),
      baseURL,
      name,
      includeUsage: true,
      supportsStructuredOutputs: true,
    });
    return { language: provider(place.name), embedding: () => provider.embeddingModel(place.name) };
  },
};

function settingsOf({ apiKey, baseURL, headers }: AdapterPlace) {
  return {
    // A server without a key is a server of one's own: the SDKs of those that need one would look in the environment by themselves.
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(baseURL === undefined ? {} : { baseURL }),
    ...(headers && { headers: { ...headers } }),
  };
}
