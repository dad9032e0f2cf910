import { expect, test } from "vitest";
import { figuresOf, wilson } from "./figures.ts";

test("Wilson's interval has its published values", () => {
  expect(wilson(8, 10)).toMatchObject({ low: expect.closeTo(0.4902, 4), high: expect.closeTo(0.9433, 4) });
  expect(wilson(0, 10)).toMatchObject({ low: 0, high: expect.closeTo(0.2775, 4) });
  expect(wilson(10, 10)).toMatchObject({ low: expect.closeTo(0.7225, 4), high: expect.closeTo(1, 9) });
  expect(wilson(0, 0)).toMatchObject({ share: 0, low: 0, high: 1 });
});

test("every mail is counted once, in its place", () => {
  const figures = figuresOf([
    { probability: 0.05, verdict: "inbox", spam: false },
    { probability: 0.05, verdict: "inbox", spam: true },
    { probability: 0.5, verdict: "ask", spam: true },
    { probability: 0.95, verdict: "quarantine", spam: true },
    { probability: 0.95, verdict: "quarantine", spam: false },
  ]);
  expect(figures.confusion).toEqual({
    good: { inbox: 1, quarantine: 1, ask: 0 },
    spam: { inbox: 1, quarantine: 1, ask: 1 },
  });
  expect(figures.held).toMatchObject({ hits: 1, of: 5 });
  expect(figures.filedRight).toMatchObject({ hits: 2, of: 4 });
  expect(figures.goodQuarantined).toMatchObject({ hits: 1, of: 2 });
});
