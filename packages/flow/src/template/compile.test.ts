import { expect, test } from "vitest";
import { compileTemplate } from "./compile.ts";
import { TemplateError, TemplateSyntaxError } from "./errors.ts";

const data = { order: { id: "A-7", total: 120, lines: [{ price: 7 }], paid: false }, empty: null };

test("a template that is one reference keeps the type of what it names", () => {
  expect(compileTemplate("{{ order.total }}")(data)).toBe(120);
  expect(compileTemplate("{{order.paid}}")(data)).toBe(false);
  expect(compileTemplate("{{ order.lines.0 }}")(data)).toEqual({ price: 7 });
  expect(compileTemplate("{{ empty }}")(data)).toBeNull();
});

test("references in a longer text are written as text", () => {
  expect(compileTemplate("Order {{ order.id }}: {{ order.total }} {{ order.lines }}{{ empty }}")(data)).toBe(
    'Order A-7: 120 [{"price":7}]',
  );
});

test("lists and objects are filled in at every depth, and what is no template stays as it is", () => {
  const fill = compileTemplate({ a: ["{{ order.id }}", 1, { b: "{{ order.total }}" }], c: null, d: "x" });
  expect(fill(data)).toEqual({ a: ["A-7", 1, { b: 120 }], c: null, d: "x" });
});

test("of alternatives the first that is there is taken", () => {
  expect(compileTemplate("{{ missing.x | order.id }}")(data)).toBe("A-7");
  expect(compileTemplate("{{ order.id | missing }}")(data)).toBe("A-7");
  expect(compileTemplate('{{ missing | "a | b" }}')(data)).toBe("a | b");
  expect(compileTemplate("{{ missing | 3.5 }}")(data)).toBe(3.5);
  expect(compileTemplate("{{ missing | null }}")(data)).toBeNull();
});

test("every missing name is named, with its place", () => {
  const fill = compileTemplate({ to: "{{ customer.mail }}", deep: ["ok", "{{ order.none | other }}"] });
  expect(() => fill(data)).toThrow(TemplateError);
  expect(() => fill(data)).toThrow(/to: "\{\{ customer.mail \}\}" is missing; deep.1: "\{\{ order.none \| other \}\}"/);
});

test("an optional name that is missing leaves its key out", () => {
  expect(compileTemplate({ note: "{{ order.note? }}", id: "{{ order.id? }}" })(data)).toEqual({ id: "A-7" });
  expect(compileTemplate("({{ order.note? }})")(data)).toBe("()");
});

test.each(["{{ }}", "{{ order..id }}", "{{ a b }}", "{{ a | }}", '{{ "a" b }}'])("%s is refused", (template) => {
  expect(() => compileTemplate(template)).toThrow(TemplateSyntaxError);
});

test("escaped braces, single braces and lone ones stay as they are", () => {
  expect(compileTemplate("\\{{ order.id }} {x} {{ order.id }}")(data)).toBe("{{ order.id }} {x} A-7");
  expect(compileTemplate("a }} b {{")(data)).toBe("a }} b {{");
});

test("what objects inherit is not found", () => {
  expect(() => compileTemplate("{{ order.constructor }}")(data)).toThrow(TemplateError);
  expect(compileTemplate("{{ toString? }}")(data)).toBeUndefined();
});
