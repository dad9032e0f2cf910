import { expect, test } from "vitest";
import { AtOnce } from "./at-once.ts";

test("so many are at work at once, one more is told to wait, and whoever has failed makes room as well", async () => {
  const two = new AtOnce(2, "dry runs");
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const [one, other] = [two.during(() => first.promise), two.during(() => second.promise)];
  await expect(two.during(async () => "third")).rejects.toMatchObject({
    ...{ status: 503, code: "BUSY", headers: { "retry-after": "2" } },
    message: "too many dry runs at once; try again in a moment",
  });
  first.reject(new Error("no"));
  await expect(one).rejects.toThrow("no");
  expect(await two.during(async () => "third")).toBe("third");
  second.resolve("second");
  expect(await other).toBe("second");
});
