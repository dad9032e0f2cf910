import { ModelSetupError } from "../errors.ts";

/** What is used of `node-llama-cpp` 3, in words of our own: it is had only where somebody installed it. */
export interface LlamaCppLibrary {
  getLlama(options: object): Promise<Llama>;
  readonly LlamaChat: new (options: { contextSequence: LlamaSequence }) => LlamaChat;
}

export interface Llama {
  loadModel(options: { modelPath: string; gpuLayers?: number }): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: object): Promise<object>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  readonly tokenizer: object;
  createContext(options: object): Promise<LlamaContext>;
  dispose(): Promise<void>;
}

export interface LlamaContext {
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}

interface Metered {
  readonly usedInputTokens: number;
  readonly usedOutputTokens: number;
}

export interface LlamaSequence {
  readonly tokenMeter: { getState(): Metered; diff(before: Metered): Metered };
}

/** One message as the library takes it. */
export type ChatItem = { type: "system" | "user"; text: string } | { type: "model"; response: string[] };

export interface LlamaChat {
  readonly sequence: LlamaSequence;
  /** Puts a conversation into the words the model was trained with. */
  readonly chatWrapper: {
    generateContextState(options: { chatHistory: readonly ChatItem[] }): {
      readonly contextText: { tokenize(tokenizer: object): readonly unknown[] };
    };
  };
  generateResponse(
    history: ChatItem[],
    options: object,
  ): Promise<{
    readonly response: string;
    readonly fullResponse: readonly (string | { readonly segmentType: string; readonly text: string })[];
    readonly metadata: { readonly stopReason: string };
  }>;
  dispose(): void;
}

/** The library, where it is installed. */
export async function installedLibrary(id: string, load: () => Promise<unknown> = byName): Promise<LlamaCppLibrary> {
  try {
    return (await load()) as LlamaCppLibrary;
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new ModelSetupError(`${id} needs the package node-llama-cpp; run npm install node-llama-cpp`, {
      package: "node-llama-cpp",
    });
  }
}

// Not as a literal: where it is not installed its types are not there either.
const byName = (name = "node-llama-cpp"): Promise<unknown> => import(name);
