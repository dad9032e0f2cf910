import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AdapterKind } from "../models/adapter.ts";

const root = resolve(import.meta.dirname, "../../../..");

/** The vendor's own type of a request's body. Gemini's client has other names for some of it: what it says of the parts holds. */
const types: Readonly<Record<AdapterKind, string>> = {
  openai: "ResponseCreateParams",
  "openai-chat": "ChatCompletionCreateParams",
  "openai-compatible": "ChatCompletionCreateParams",
  anthropic: "MessageCreateParams",
  google: "GeminiBody",
};

const head = `
import type { ResponseCreateParams } from "openai/resources/responses/responses";
import type { ChatCompletionCreateParams } from "openai/resources/chat/completions";
import type { MessageCreateParams } from "@anthropic-ai/sdk/resources/messages";
import type { Content, GenerationConfig, Tool, ToolConfig } from "@google/genai";
type Plain<T> = T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
interface GeminiBody {
  contents: Plain<Content>[];
  systemInstruction?: Plain<Content>;
  generationConfig?: Plain<GenerationConfig>;
  cachedContent?: string;
  tools?: Plain<Tool>[];
  toolConfig?: Plain<ToolConfig>;
}
`;

/** What the compiler has against bodies of requests, taken as values of the vendor's published types; empty when they fit. */
export function bodiesFit(sent: readonly { speaks: AdapterKind; body: object }[]): string[] {
  const lines = sent.map(
    ({ speaks, body }, index) => `export const r${index}: ${types[speaks]} = ${JSON.stringify(body)};`,
  );
  // Inside the checkout, so that the vendors' packages are found.
  const directory = mkdtempSync(join(root, "node_modules/.cache-types-"));
  try {
    writeFileSync(join(directory, "bodies.ts"), `${head}${[...new Set(lines)].join("\n")}\n`);
    const options = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--types",
      "node",
    ];
    const { stdout } = spawnSync(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), ...options, "bodies.ts"],
      {
        cwd: directory,
        encoding: "utf8",
      },
    );
    return stdout.split("\n").filter((line) => line.trim() !== "");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
