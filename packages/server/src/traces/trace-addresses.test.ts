import { expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";
import { traceAddresses } from "./trace-addresses.ts";

test("a run says which trace it is in when that is asked for: the one it was started in, or its own, with where it is shown", async () => {
  const office = await new Office({ traceUrl: "https://tracing.example.com/trace/{traceId}?from=holdpoint" }).open();
  const ada = await office.client("admin", "ada");
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const trace = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  await office.engine.run("anything", { a: 1 }, { id: "joined", trace });
  await office.engine.run("anything", { a: 1 }, { id: "own" });
  expect(await ada.runs.show({ run: "joined" })).not.toHaveProperty("trace");
  const joined = await ada.runs.show({ run: "joined", trace: true });
  const url = `https://tracing.example.com/trace/${traceId}?from=holdpoint`;
  expect(joined.trace).toEqual({ id: traceId, url });
  const own = await ada.runs.show({ run: "own", trace: true });
  expect(own.trace).toEqual({ id: expect.stringMatching(/^(?!0{32})[0-9a-f]{32}$/), url: expect.any(String) });
  expect((await ada.runs.show({ run: "own", trace: true })).trace).toEqual(own.trace);
  await office.close();
  const bare = await new Office().open();
  await bare.engine.run("anything", { a: 1 }, { id: "own" });
  const shown = await (await bare.client("viewer", "vic")).runs.show({ run: "own", trace: true });
  expect(shown.trace).toEqual({ id: own.trace?.id, url: null });
  await bare.close();
});

test("an address of traces is one of http(s), without a password, and has a place for the id", () => {
  const wrong = [
    "https://tracing.example.com/",
    "javascript:alert('{traceId}')",
    "https://{traceId}",
    "/trace/{traceId}",
  ];
  for (const one of [...wrong, "https://ann:secret@tracing.example.com/{traceId}", "https://a b/{traceId}", ""])
    expect(() => traceAddresses(one), one).toThrow("traceUrl");
  const grafana = 'https://g.example.com/explore?left={"queries":[{"query":"{traceId}"}]}';
  expect(traceAddresses(grafana)?.("ab")).toBe('https://g.example.com/explore?left={"queries":[{"query":"ab"}]}');
});
