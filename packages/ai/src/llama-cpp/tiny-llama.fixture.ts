import { writeFileSync } from "node:fs";

/**
 * Writes a llama of 50,000 weights that were never trained, in the format of llama.cpp (GGUF 3): a real inference engine loads and runs it
 * in milliseconds. It says nothing sensible, but with a grammar it says it in JSON.
 *
 * Its vocabulary is three special tokens, the 256 bytes and the printable characters of ASCII.
 */
export function writeTinyLlama(file: string, seed = 7): void {
  const tokens = vocabulary();
  const width = 32;
  const hidden = 64;
  const layers = 2;
  const metadata: [string, Value][] = [
    ["general.architecture", text("llama")],
    ["general.name", text("tiny-llama")],
    ["llama.context_length", u32(8192)],
    ["llama.embedding_length", u32(width)],
    ["llama.block_count", u32(layers)],
    ["llama.feed_forward_length", u32(hidden)],
    ["llama.attention.head_count", u32(2)],
    ["llama.attention.head_count_kv", u32(2)],
    ["llama.rope.dimension_count", u32(width / 2)],
    ["llama.attention.layer_norm_rms_epsilon", f32(1e-5)],
    ["llama.vocab_size", u32(tokens.length)],
    ["tokenizer.ggml.model", text("llama")],
    [
      "tokenizer.ggml.tokens",
      list(
        8,
        tokens.map(({ piece }) => text(piece).bytes),
      ),
    ],
    [
      "tokenizer.ggml.scores",
      list(
        6,
        tokens.map(() => f32(0).bytes),
      ),
    ],
    [
      "tokenizer.ggml.token_type",
      list(
        5,
        tokens.map(({ type }) => i32(type).bytes),
      ),
    ],
    ["tokenizer.ggml.bos_token_id", u32(1)],
    ["tokenizer.ggml.eos_token_id", u32(2)],
    ["tokenizer.ggml.unknown_token_id", u32(0)],
  ];
  const tensors: Tensor[] = [
    { name: "token_embd.weight", shape: [width, tokens.length] },
    { name: "output_norm.weight", shape: [width] },
    { name: "output.weight", shape: [width, tokens.length] },
    ...Array.from({ length: layers }, (_, layer) => layerOf(`blk.${layer}`, width, hidden)).flat(),
  ];
  writeFileSync(file, gguf(metadata, tensors, normal(seed)));
}

const layerOf = (name: string, width: number, hidden: number): Tensor[] => [
  { name: `${name}.attn_norm.weight`, shape: [width] },
  { name: `${name}.attn_q.weight`, shape: [width, width] },
  { name: `${name}.attn_k.weight`, shape: [width, width] },
  { name: `${name}.attn_v.weight`, shape: [width, width] },
  { name: `${name}.attn_output.weight`, shape: [width, width] },
  { name: `${name}.ffn_norm.weight`, shape: [width] },
  { name: `${name}.ffn_gate.weight`, shape: [width, hidden] },
  { name: `${name}.ffn_up.weight`, shape: [width, hidden] },
  { name: `${name}.ffn_down.weight`, shape: [hidden, width] },
];

/** Pieces with their kinds as GGUF numbers them: 1 normal, 2 unknown, 3 control, 6 byte. */
function vocabulary(): { piece: string; type: number }[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  return [
    { piece: "<unk>", type: 2 },
    { piece: "<s>", type: 3 },
    { piece: "</s>", type: 3 },
    ...bytes.map((piece) => ({ piece, type: 6 })),
    // SentencePiece writes a space as U+2581.
    ...printable.map((piece) => ({ piece: piece === " " ? "\u2581" : piece, type: 1 })),
  ];
}

interface Tensor {
  name: string;
  shape: number[];
}

interface Value {
  type: number;
  bytes: Buffer;
}

function gguf(metadata: readonly [string, Value][], tensors: readonly Tensor[], random: () => number): Buffer {
  let offset = 0;
  const described = tensors.map(({ name, shape }) => {
    const at = offset;
    offset += aligned(4 * size(shape));
    return Buffer.concat([text(name).bytes, u32(shape.length).bytes, ...shape.map(u64), u32(0).bytes, u64(at)]);
  });
  const head = Buffer.concat([
    Buffer.from("GGUF"),
    u32(3).bytes,
    u64(tensors.length),
    u64(metadata.length),
    ...metadata.flatMap(([key, { type, bytes }]) => [text(key).bytes, u32(type).bytes, bytes]),
    ...described,
  ]);
  return Buffer.concat([padded(head), ...tensors.map((tensor) => padded(weights(tensor, random)))]);
}

/** Norms are ones, the rest is noise whose size keeps the signal's. */
function weights({ name, shape }: Tensor, random: () => number): Buffer {
  const scale = name === "token_embd.weight" ? 1 : 1 / Math.sqrt(shape[0] ?? 1);
  const values = Float32Array.from({ length: size(shape) }, () => (name.includes("norm") ? 1 : random() * scale));
  return Buffer.from(values.buffer);
}

const size = (shape: readonly number[]): number => shape.reduce((all, one) => all * one, 1);
const aligned = (length: number): number => Math.ceil(length / 32) * 32;
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

const u32 = (value: number): Value => ({ type: 4, bytes: Buffer.from(Uint32Array.of(value).buffer) });
const i32 = (value: number): Value => ({ type: 5, bytes: Buffer.from(Int32Array.of(value).buffer) });
const f32 = (value: number): Value => ({ type: 6, bytes: Buffer.from(Float32Array.of(value).buffer) });
const text = (value: string): Value => ({
  type: 8,
  bytes: Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]),
});
const list = (type: number, items: readonly Buffer[]): Value => ({
  type: 9,
  bytes: Buffer.concat([u32(type).bytes, u64(items.length), ...items]),
});

/** Normally distributed numbers from a seed (mulberry32, Box and Muller). */
function normal(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
