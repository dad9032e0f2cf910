import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { HoldpointError } from "@holdpoint/core";
import { canonicalJson } from "@holdpoint/flow";
import { eventsOf, streamOf } from "../model/answer.ts";
import type { Embedding, Model, ModelCall, ModelEvent, ModelRequest, ModelResponse } from "../model/model.ts";

/**
 * - `replay`: answers from the file only; an unknown request is an error (the default, and right for CI).
 * - `record`: asks the model, and writes the file anew.
 * - `fill`: answers from the file, asks the model what is not in it, and adds that.
 */
export type CassetteMode = "replay" | "record" | "fill";

export interface CassetteOptions {
  /** Default: `HOLDPOINT_CASSETTES` of the environment, else `replay`. */
  mode?: CassetteMode;
  /** Changes what is written of a request and an answer, to keep something out of the file. The request is found by what is left. */
  redact?: (request: ModelRequest) => ModelRequest;
}

/** No answer to this request was recorded. */
export class CassetteMissError extends HoldpointError {
  constructor(file: string, request: unknown, nearest: unknown) {
    super("CASSETTE_MISS", `${file} has no answer to this request; record it with HOLDPOINT_CASSETTES=fill`, {
      file,
      request,
      nearest,
    });
  }
}

/** One line of the file. */
interface Line {
  readonly key: string;
  readonly request: unknown;
  readonly answer: unknown;
}

/**
 * A model whose answers are recorded in a file and replayed from it: tests of prompts and agents that ask a real model once. A
 * request is found by what it says, whatever order its fields are in; asked twice, it gets its recorded answers in turn. The file is
 * made of lines of JSON, is meant to be committed, and has no keys and no headers in it.
 *
 * @example
 * const model = cassette("test/cassettes/triage.jsonl", models().get("anthropic/claude-haiku-4-5"));
 */
export function cassette(file: string, model: Model, options: CassetteOptions = {}): Cassette {
  return new Cassette(file, model, options);
}

/** Made by `cassette`. */
export class Cassette implements Model {
  readonly id: string;
  readonly #file: string;
  readonly #model: Model;
  readonly #mode: CassetteMode;
  readonly #redact: (request: ModelRequest) => ModelRequest;
  readonly #lines: Line[];
  readonly #played = new Map<string, number>();

  constructor(file: string, model: Model, options: CassetteOptions) {
    this.id = model.id;
    this.#file = file;
    this.#model = model;
    this.#mode = options.mode ?? modeOf(process.env.HOLDPOINT_CASSETTES);
    this.#redact = options.redact ?? ((request) => request);
    this.#lines = this.#mode === "record" || !existsSync(file) ? [] : readLines(file);
  }

  generate(request: ModelRequest, call?: ModelCall): Promise<ModelResponse> {
    return this.#play(this.#redact(request), () => this.#model.generate(request, call));
  }

  async *stream(request: ModelRequest, call?: ModelCall): AsyncGenerator<ModelEvent> {
    const response = await this.#play(this.#redact(request), async () => {
      for await (const event of streamOf(this.#model, request, call))
        if (event.type === "finish") return event.response;
      throw new HoldpointError("MODEL", `${this.id}: its stream has no end`);
    });
    yield* eventsOf(response);
  }

  embed(texts: readonly string[], call?: ModelCall): Promise<Embedding> {
    const { embed } = this.#model;
    return this.#play({ embed: texts }, () => {
      if (!embed) throw new HoldpointError("MODEL", `${this.id} makes no vectors`);
      return embed.call(this.#model, texts, call);
    });
  }

  async #play<T>(request: unknown, ask: () => Promise<T>): Promise<T> {
    const key = keyOf(this.id, request);
    const recorded = this.#lines.filter((line) => line.key === key);
    const turn = this.#played.get(key) ?? 0;
    this.#played.set(key, turn + 1);
    if (this.#mode !== "record" && recorded.length > 0)
      return recorded[Math.min(turn, recorded.length - 1)]?.answer as T;
    if (this.#mode === "replay") throw new CassetteMissError(this.#file, request, this.#lines.at(-1)?.request ?? null);
    const given = await ask();
    this.#lines.push({ key, request, answer: given });
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, this.#lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return given;
  }
}

const keyOf = (model: string, request: unknown): string =>
  createHash("sha256")
    .update(canonicalJson([model, request]))
    .digest("base64url")
    .slice(0, 22);

function readLines(file: string): Line[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as Line);
}

function modeOf(word: string | undefined): CassetteMode {
  if (word === undefined || word === "") return "replay";
  if (word === "replay" || word === "record" || word === "fill") return word;
  throw new HoldpointError("VALIDATION", `HOLDPOINT_CASSETTES is "${word}"; it must be replay, record or fill`);
}
