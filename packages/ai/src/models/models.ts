import { type RunFacts, service, ValidationError, type WorkflowContext } from "@holdpoint/core";
import { costOf, type PriceTable, partsOf } from "../cost/prices.ts";
import { ModelError, ModelSetupError } from "../errors.ts";
import { streamOf } from "../model/answer.ts";
import type { Model } from "../model/model.ts";
import type { Usage } from "../model/usage.ts";
import { fallbackModel } from "./fallback.ts";
import { CallGate, gated, type Pause, pause } from "./limits.ts";
import { type ProviderSettings, providerModel } from "./provider.ts";

/** A model by name (`anthropic/claude-…`, `ollama/llama3`, an alias), itself, or several: the next is asked where one gives no answer. */
export type ModelChoice = string | Model | readonly (string | Model)[];

/** What `models()` may be told. */
export interface ModelsOptions {
  /** Used where no model is chosen. Default: `HOLDPOINT_MODEL` of the environment. */
  default?: ModelChoice;
  /** Names of your own: `{ fast: "openai/gpt-…" }`. Runs ask for `fast`, and what that is may change without a change of code. */
  aliases?: Readonly<Record<string, ModelChoice>>;
  /**
   * Keys and addresses by provider; the known ones take them from the environment as well. Any other name with a `baseURL` is a server that
   * speaks OpenAI's chat completions. A function makes the models of a provider of your own.
   */
  providers?: Readonly<Record<string, ProviderSettings | ((name: string) => Model)>>;
  /** Prices that the table lacks or has otherwise. */
  prices?: PriceTable;
  /** Where keys and addresses are looked up. Default `process.env`. */
  environment?: Readonly<Record<string, string | undefined>>;
  /**
   * Gives a run another model than it asks for: a fork that is to be compared, a customer with a contract. It is asked before each call;
   * the record says who answered.
   *
   * @example
   * const ai = models({ choose: ({ id }) => (id === "r1-with-opus" ? "anthropic/claude-opus-4-1" : undefined) });
   */
  choose?: (run: RunFacts, asked: ModelChoice | undefined) => ModelChoice | undefined;
  /** How it waits for its turn and for providers that ask for patience. Default: by the clock. For tests. */
  pause?: Pause;
}

/**
 * The models of an application, by name. Give them to the engine as a service and workflows name their models; without, models
 * are had with what is in the environment.
 *
 * @example
 * const ai = models({
 *   default: "anthropic/claude-sonnet-4-5",
 *   aliases: { fast: "ollama/llama3.2" },
 *   providers: { office: { baseURL: "http://gpu.example:8000/v1" } },
 * });
 * const engine = createEngine({ store, workflows, services: [modelsService.provide(ai)] });
 */
export function models(options: ModelsOptions = {}): Models {
  return new Models(options);
}

/** Made by `models`. */
export class Models {
  readonly #options: ModelsOptions;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #made = new Map<string, Model>();
  readonly #gates = new Map<string, CallGate>();
  /** Waits, unless the signal fires first. */
  readonly pause: Pause;

  constructor(options: ModelsOptions) {
    this.#options = options;
    this.#environment = options.environment ?? process.env;
    this.pause = options.pause ?? pause;
  }

  /**
   * The model of this name; without one the default. Its package is loaded and its key looked at by the first call.
   *
   * @throws ModelSetupError nothing of this name can be had: says what to set
   */
  get(choice?: ModelChoice): Model {
    const chosen = choice ?? this.#options.default ?? this.#environment.HOLDPOINT_MODEL;
    if (chosen === undefined || chosen === "") {
      throw new ModelSetupError(
        'no model is chosen; name one (`model: "anthropic/claude-sonnet-4-5"`), or set a default in models({ default }) or HOLDPOINT_MODEL',
      );
    }
    return this.#resolve(chosen, []);
  }

  /** The model for a call of this run: what `choose` says, else what is asked for. */
  for(run: RunFacts, asked?: ModelChoice): Model {
    return this.get(this.#options.choose?.(run, asked) ?? asked);
  }

  /** What tokens of a model cost, in US dollars; null when that is not known. */
  cost(model: string, usage: Usage, at?: Date): number | null {
    return costOf(model, usage, this.#options.prices, at);
  }

  #resolve(choice: ModelChoice, through: readonly string[]): Model {
    if (typeof choice !== "string") {
      if (!isChain(choice)) return checkedModel(choice);
      if (choice.length === 0) throw new ModelSetupError("a list of models must have one in it");
      return fallbackModel(choice.map((one) => lazily(one, () => this.#resolve(one, through))));
    }
    const known = this.#made.get(choice);
    if (known) return known;
    if (through.includes(choice)) {
      throw new ModelSetupError(`the aliases ${[...through, choice].join(" → ")} go in a circle`);
    }
    const alias = this.#options.aliases?.[choice];
    const model =
      alias === undefined
        ? this.#limited(choice, providerModel(choice, this.#options.providers ?? {}, this.#environment))
        : this.#resolve(alias, [...through, choice]);
    this.#made.set(choice, model);
    return model;
  }

  #limited(choice: string, model: Model): Model {
    const { provider } = partsOf(choice);
    const settings = this.#options.providers?.[provider];
    if (typeof settings !== "object" || !(settings.concurrency || settings.requestsPerMinute)) return model;
    let gate = this.#gates.get(provider);
    if (!gate) this.#gates.set(provider, (gate = new CallGate(provider, settings, this.pause)));
    return gated(model, gate);
  }
}

const isChain = (choice: ModelChoice): choice is readonly (string | Model)[] => Array.isArray(choice);

/** A model of a chain: that it cannot be had is its failure, and the next one's turn. */
function lazily(choice: string | Model, get: () => Model): Model {
  if (typeof choice !== "string") return get();
  return {
    id: choice,
    generate: async (request, call) => get().generate(request, call),
    stream: async function* (request, call) {
      yield* streamOf(get(), request, call);
    },
    embed: async (texts, call) => {
      const model = get();
      if (!model.embed) throw new ModelError("makes no vectors", { model: model.id, retryable: false });
      return model.embed(texts, call);
    },
  };
}

/** The token under which an engine is given its models. */
export const modelsService = service<Models>("models");

let fromEnvironment: Models | undefined;

/** The models an engine was given; else those of the environment. */
export function modelsOf(ctx: Pick<WorkflowContext, "service">): Models {
  try {
    return ctx.service(modelsService);
  } catch (error) {
    if ((error as { code?: string }).code !== "NOT_FOUND") throw error;
    fromEnvironment ??= models();
    return fromEnvironment;
  }
}

function checkedModel(model: Model): Model {
  if (typeof model === "object" && model !== null && typeof model.generate === "function") return model;
  throw new ValidationError("model", [
    {
      path: "",
      message:
        'must be a name such as "openai/gpt-4o", or an object with `id` and `generate`; wrap models of the AI SDK with fromAiSdk',
    },
  ]);
}
