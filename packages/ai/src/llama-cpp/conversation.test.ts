import { describe, expect, test } from "vitest";
import type { ModelRequest } from "../model/model.ts";
import { answerSchema, contentOf, historyOf } from "./conversation.ts";
import { grammarSchema } from "./grammar-schema.ts";
import { llamaCpp } from "./llama-cpp.ts";

const tools = [
  { name: "lookup", description: "Finds.", parameters: { type: "object", properties: { id: { type: "string" } } } },
  { name: "refund", description: "Pays.", parameters: { type: "object", properties: {} } },
];
const request = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [{ role: "user", content: "Where is it?" }],
  ...more,
});

describe("what llama.cpp's grammar holds a model to", () => {
  test("is calls or an answer where there are tools, calls alone where one must be called, words where there is nothing", () => {
    expect(answerSchema(request())).toBeNull();
    expect(answerSchema(request({ tools, toolChoice: "none" }))).toBeNull();
    expect(answerSchema(request({ tools }))).toMatchObject({
      oneOf: [{ properties: { calls: { minItems: 1 } } }, { properties: { answer: { type: "string" } } }],
    });
    expect(answerSchema(request({ tools, toolChoice: { name: "refund" } }))).toMatchObject({
      properties: { calls: { items: { oneOf: [{ properties: { tool: { const: "refund" } } }] } } },
    });
  });

  test("is as much of a JSON schema as a grammar can say", () => {
    const schema = {
      type: "object",
      properties: {
        mail: { type: "string", pattern: "@", maxLength: 9 },
        age: { type: "integer", minimum: 0 },
        kind: { anyOf: [{ const: "a" }, { type: "null" }] },
        tags: { type: ["array", "null"], items: { $ref: "#/$defs/tag" } },
        rest: {},
      },
      additionalProperties: false,
      $defs: { tag: { type: "string", format: "date" } },
    };
    expect(grammarSchema(schema)).toEqual({
      type: "object",
      properties: {
        mail: { type: "string", maxLength: 9 },
        age: { type: "integer" },
        kind: { oneOf: [{ const: "a" }, { type: "null" }] },
        tags: { oneOf: [{ type: "array", items: { $ref: "#/$defs/tag" } }, { type: "null" }] },
        rest: { oneOf: [expect.anything(), { type: "array" }, { type: "object", additionalProperties: true }] },
      },
      $defs: { tag: { type: "string", format: "date" } },
    });
  });

  test("comes back as calls, as words, or as far as it got when it was cut off", () => {
    const calls = '{"calls":[{"tool":"lookup","arguments":{"id":"A"}},{"tool":"refund","arguments":{}}]}';
    expect(contentOf(request({ tools }), calls, 2)).toEqual([
      { type: "tool-call", id: "call_2_1", name: "lookup", args: { id: "A" } },
      { type: "tool-call", id: "call_2_2", name: "refund", args: {} },
    ]);
    expect(contentOf(request({ tools }), '{"answer":{"ok":true}}', 1)).toEqual([{ type: "text", text: '{"ok":true}' }]);
    expect(contentOf(request({ tools }), '{"answer":{"o', 1)).toEqual([{ type: "text", text: '{"answer":{"o' }]);
  });
});

test("a conversation with calls and results is told in words any model knows", () => {
  const messages: ModelRequest["messages"] = [
    { role: "system", content: "Be kind." },
    { role: "user", content: "Where is it?" },
    { role: "assistant", content: [{ type: "tool-call", id: "c1", name: "lookup", args: { id: "A" } }] },
    {
      role: "tool",
      content: [{ type: "tool-result", id: "c1", name: "lookup", outcome: "denied", result: "not today" }],
    },
  ];
  const [system, ...rest] = historyOf(request({ messages, tools }), "x");
  expect(system).toMatchObject({
    type: "system",
    text: expect.stringMatching(/^Be kind\.\n\nYou may call tools.*- refund: Pays\./s),
  });
  expect(rest).toEqual([
    { type: "user", text: "Where is it?" },
    { type: "model", response: ['{"calls":[{"tool":"lookup","arguments":{"id":"A"}}]}'] },
    { type: "user", text: '{"results":[{"tool":"lookup","denied":"not today"}]}' },
  ]);
});

test("what is missing for llama.cpp is said in one sentence by the first call", async () => {
  const notThere = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  const model = llamaCpp({ path: "/models/nothing.gguf", library: () => Promise.reject(notThere) });
  expect(model.id).toBe("llama-cpp/nothing");
  await expect(model.generate(request())).rejects.toThrow(
    "llama-cpp/nothing needs the package node-llama-cpp; run npm install node-llama-cpp",
  );
  const file = { role: "user", content: [{ type: "file", mediaType: "image/png", data: { base64: "" } }] } as const;
  await expect(model.generate({ messages: [file] })).rejects.toThrow("takes no files");
});
