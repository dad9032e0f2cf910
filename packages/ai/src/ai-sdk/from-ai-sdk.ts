import type { EmbeddingModelV4, LanguageModelV4, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { ModelError } from "../errors.ts";
import type { Embedding, Model, ModelCall, ModelEvent, ModelRequest, ModelResponse } from "../model/model.ts";
import { failureOf, headerOf } from "./failure.ts";
import { optionsOf } from "./request.ts";
import { contentOf, finishOf, logprobsOf, usageOf, warningsOf } from "./response.ts";
import { readStream } from "./stream.ts";

/**
 * A model of the AI SDK (version 7: `LanguageModelV4`) as a `Model`: whatever provider it has a package for.
 *
 * @example
 * import { bedrock } from "@ai-sdk/amazon-bedrock";
 *
 * const ai = models({ providers: { bedrock: (name) => fromAiSdk(bedrock(name), `bedrock/${name}`) } });
 *
 * @param id `provider/model`: prices and records go by it. Default: the SDK's names.
 */
export function fromAiSdk(model: LanguageModelV4, id = `${model.provider.split(".")[0]}/${model.modelId}`): Model {
  return new AiSdkModel(model, id);
}

class AiSdkModel implements Model {
  readonly id: string;
  readonly #model: LanguageModelV4;

  constructor(model: LanguageModelV4, id: string) {
    this.#model = model;
    this.id = id;
  }

  async generate(request: ModelRequest, call: ModelCall = {}): Promise<ModelResponse> {
    try {
      const result = await this.#model.doGenerate(optionsOf(request, call, this.#model.provider));
      return responseOf(this.id, result);
    } catch (error) {
      throw failureOf(this.id, error, call.signal);
    }
  }

  async *stream(request: ModelRequest, call: ModelCall = {}): AsyncGenerator<ModelEvent> {
    try {
      const result = await this.#model.doStream(optionsOf(request, call, this.#model.provider));
      yield* readStream(this.id, result.stream, headerOf(result.response?.headers));
    } catch (error) {
      throw failureOf(this.id, error, call.signal);
    }
  }
}

function responseOf(id: string, result: LanguageModelV4GenerateResult): ModelResponse {
  const { content, finishReason, usage, response, warnings } = result;
  return {
    content: contentOf(content),
    finish: finishOf(finishReason),
    rawFinish: finishReason.raw ?? null,
    usage: usageOf(usage),
    model: id,
    // Gemini's adapter leaves it in the body.
    rawModel: response?.modelId ?? (response?.body as { modelVersion?: string } | undefined)?.modelVersion ?? null,
    rawId: response?.id ?? null,
    requestId: headerOf(response?.headers),
    ...logprobsOf(result.providerMetadata),
    ...warningsOf(warnings),
  };
}

/** Vectors by an embedding model of the AI SDK, in as many requests as its server needs. */
export async function embedWith(
  model: EmbeddingModelV4,
  id: string,
  texts: readonly string[],
  call: ModelCall = {},
): Promise<Embedding> {
  const most = (await model.maxEmbeddingsPerCall) ?? texts.length;
  const vectors: number[][] = [];
  let input: number | null = 0;
  try {
    for (let from = 0; from < texts.length; from += most) {
      const values = texts.slice(from, from + most);
      const { embeddings, usage } = await model.doEmbed({ values, ...(call.signal && { abortSignal: call.signal }) });
      if (embeddings.length !== values.length) {
        throw new ModelError(`gave ${embeddings.length} vectors for ${values.length} texts`, {
          model: id,
          retryable: false,
        });
      }
      vectors.push(...embeddings);
      input = input === null || usage === undefined ? null : input + usage.tokens;
    }
  } catch (error) {
    throw failureOf(id, error, call.signal);
  }
  return { vectors, usage: { input, output: 0, cacheRead: null, cacheWrite: null, reasoning: null }, model: id };
}
