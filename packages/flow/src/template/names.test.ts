import { expect, test } from "vitest";
import { type NameScope, normalTemplate, wholeReference } from "./names.ts";

const scope: NameScope = { steps: new Set(["load", "step3", "step4"]) };

test.each([
  ["{{ load.total }}", "{{ load.total }}"],
  ["{{steps.load.output.total}}", "{{ load.total }}"],
  ["{{ steps.load.output }}", "{{ load }}"],
  ["{{ parameters.topic }}", "{{ parameters.topic }}"],
  ["{parameters.topic}", "{{ parameters.topic }}"],
  ["{pipeline_input}", "{{ pipeline_input }}"],
  ["{load.total}", "{{ load.total }}"],
  ["{steps.step3.output.x}|{steps.step4.output.x}", "{{ step3.x | step4.x }}"],
  ["{steps.step3.output.x|steps.step4.output.x}", "{{ step3.x | step4.x }}"],
  ["{{ step3.x }}|{{ step4.x }}", "{{ step3.x | step4.x }}"],
  ["About {parameters.topic}: {{ load.total? }}", "About {{ parameters.topic }}: {{ load.total? }}"],
  ["Write about {topic} and {load}", "Write about {topic} and {load}"],
  ['{"type": "{x}"}', '{"type": "{x}"}'],
  ["\\{{ load.total }}", "\\{{ load.total }}"],
  ["no braces", "no braces"],
])("%s is %s", (text, expected) => {
  expect(normalTemplate(text, scope)).toBe(expected);
});

test("single braces are reported as the old spelling", () => {
  const told: string[] = [];
  const listening = { ...scope, deprecated: (text: string, better: string) => told.push(`${text} → ${better}`) };
  normalTemplate("{parameters.topic}", listening);
  normalTemplate("{{ parameters.topic }} {other}", listening);
  expect(told).toEqual(["{parameters.topic} → {{ parameters.topic }}"]);
});

test("a text that is one reference and one with more are told apart", () => {
  expect(wholeReference("{parameters.threshold}", scope)?.sources).toEqual([{ path: "parameters.threshold" }]);
  expect(wholeReference("about {{ load.total }}", scope)).toBeNull();
});
