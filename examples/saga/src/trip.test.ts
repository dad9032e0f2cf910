import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestEngine, type TestEngine } from "holdpoint/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Suppliers, suppliers } from "./suppliers.ts";
import { bookTrip } from "./trip.ts";

let folder: string;
let engine: TestEngine;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trip-"));
});
afterEach(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

describe.each(["normal", "crash"] as const)("a trip (%s)", (discipline) => {
  const open = (trouble: ConstructorParameters<typeof Suppliers>[1]): Suppliers => {
    const desk = new Suppliers(folder, trouble);
    engine = createTestEngine({ workflows: [bookTrip], services: [suppliers.provide(desk)], discipline });
    return desk;
  };
  const booked = async (desk: Suppliers): Promise<string[][]> =>
    Promise.all(["flight", "hotel", "car"].map((supplier) => desk.booked(supplier)));
  const ana = { traveller: "ana", city: "Rome" };

  test("is booked with all suppliers, once", async () => {
    const desk = open({});
    expect(await (await engine.run(bookTrip, ana)).result()).toEqual({ booked: true, why: null });
    expect(await booked(desk)).toEqual([["ana Rome"], ["ana Rome"], ["ana Rome"]]);
  });

  test("without a car is no trip: what was booked is cancelled", async () => {
    const desk = open({ without: ["car"] });
    const run = await engine.run(bookTrip, ana);
    expect(await run.result()).toEqual({
      booked: false,
      why: 'saga "trip" failed at step "car": no car left in Rome',
    });
    expect((await run.describe()).outcome).toBe("rejected");
    expect(await booked(desk)).toEqual([[], [], []]);
  });

  test("that cannot be cancelled is cancelled by somebody, and until then it waits", async () => {
    open({ without: ["car"], stuck: ["hotel"] });
    const run = await engine.run(bookTrip, ana);
    const hold = await run.hold("undo hotel by hand");
    expect(hold.title).toBe("Cancel the hotel by hand: nobody answers there");
    await engine.answer("undo hotel by hand", { approved: true }, { by: "ben" });
    expect((await run.result()).booked).toBe(false);
  });
});
