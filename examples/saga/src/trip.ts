import { saga, type WorkflowContext, workflow } from "holdpoint";
import { z } from "zod";
import { type Suppliers, suppliers } from "./suppliers.ts";

/** A booking of one supplier, and how it is cancelled. */
interface Trip {
  traveller: string;
  city: string;
  desk: Suppliers;
}

const trip = saga<Trip>("trip", { byHand: { title: (step) => `Cancel the ${step} by hand: nobody answers there` } })
  .step(
    "flight",
    ({ input, idempotencyKey }) => input.desk.book("flight", idempotencyKey, input.traveller, input.city),
    {
      compensate: ({ input, result }) => input.desk.cancel("flight", result),
    },
  )
  .step("hotel", ({ input, idempotencyKey }) => input.desk.book("hotel", idempotencyKey, input.traveller, input.city), {
    compensate: ({ input, result }) => input.desk.cancel("hotel", result),
    compensateRetry: { attempts: 2, initial: "200ms" },
  })
  .step("car", ({ input, idempotencyKey }) => input.desk.book("car", idempotencyKey, input.traveller, input.city), {
    compensate: ({ input, result }) => input.desk.cancel("car", result),
  });

/** Books a trip, or says why there is none. */
export const bookTrip = workflow(
  {
    name: "book-trip",
    input: z.object({ traveller: z.string(), city: z.string() }),
    output: z.object({ booked: z.boolean(), why: z.string().nullable() }),
  },
  async (ctx: WorkflowContext, { traveller, city }) => {
    const booking = trip.open(ctx, { traveller, city, desk: ctx.service(suppliers) });
    try {
      await booking.execute();
      return { booked: true, why: null };
    } catch (error) {
      // Undone already, as far as that was possible: the trip is off, and that is an answer, no failure.
      if (!booking.isCompleted) throw error;
      ctx.outcome("rejected");
      return { booked: false, why: (error as Error).message };
    }
  },
);
