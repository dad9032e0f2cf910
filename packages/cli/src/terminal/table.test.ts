import { expect, test } from "vitest";
import { type Column, columnWidths, renderTable } from "./table.ts";

interface Row {
  id: string;
  what: string;
}
const columns: Column<Row>[] = [
  { title: "ID", text: (row) => row.id },
  { title: "WHAT", text: (row) => row.what, shrinks: 0, paint: () => "red" },
];
const paint = (style: unknown, text: string): string => (style === "red" ? `<${text}>` : text);

test("columns are as wide as their content", () => {
  const lines = renderTable({ width: Number.POSITIVE_INFINITY, paint }, columns, [
    { id: "a", what: "one" },
    { id: "long-id", what: "two" },
  ]);
  expect(lines).toEqual(["ID       WHAT", "a        <one>", "long-id  <two>"]);
});

test("on a narrow screen the shrinking column gives way, and ids stay whole", () => {
  const [, line = ""] = renderTable({ width: 20, paint: (_style, text) => text }, columns, [
    { id: "refund-A-7", what: "waits for a person" },
  ]);
  expect(line).toBe("refund-A-7  waits f…");
  expect(line.length).toBe(20);
});

test("wide characters take two columns", () => {
  const [, first = "", second = ""] = renderTable({ width: 40, paint: (_style, text) => text }, columns, [
    { id: "日本", what: "x" },
    { id: "abcd", what: "x" },
  ]);
  expect([first, second]).toEqual(["日本  x", "abcd  x"]);
});

test("the column that shrinks first gives all it can before the next one", () => {
  const wide = { wanted: 20, least: 8 };
  expect(
    columnWidths(
      [
        { ...wide, shrinks: 1 },
        { ...wide, shrinks: 0 },
      ],
      32,
    ),
  ).toEqual([20, 10]);
  expect(
    columnWidths(
      [
        { ...wide, shrinks: 1 },
        { ...wide, shrinks: 0 },
      ],
      25,
    ),
  ).toEqual([15, 8]);
  expect(columnWidths([{ ...wide, shrinks: null }], 5)).toEqual([20]);
});

test("where even the narrowest is too wide, columns are left out, the least important first", () => {
  const many: Column<Row>[] = [
    { title: "ID", text: (row) => row.id },
    { title: "WHEN", text: () => "yesterday", drops: 1 },
    { title: "WHAT", text: (row) => row.what, shrinks: 0, least: 6 },
  ];
  const row = [{ id: "refund-A-7", what: "waits for a person" }];
  const at = (width: number): string => renderTable({ width, paint: (_style, text) => text }, many, row)[1] ?? "";
  expect(at(60)).toBe("refund-A-7  yesterday  waits for a person");
  expect(at(30)).toBe("refund-A-7  yesterday  waits …");
  expect(at(25)).toBe("refund-A-7  waits for a …");
});
