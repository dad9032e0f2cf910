import { isNowhere, reachOf } from "../access/reach.ts";
import { ForbiddenError } from "../http/errors.ts";
import type { Handler } from "../routes/call.ts";
import { attributesOf } from "../routes/run-filter.ts";
import { eventStream } from "./event-stream.ts";
import { placeFrame } from "./frame.ts";

/** What happens to all runs and holds of a namespace, as a stream: from now on, or from where the reader was. */
export const followChanges: Handler<"events.follow"> = async (call) => {
  const { engine, principal, reach, query, request, server } = call;
  const { after, attribute, of, ...filter } = query;
  const holds = reachOf(principal, "holds:read");
  const mayReadHolds = !isNowhere(holds);
  if (of === "hold" && !mayReadHolds) throw new ForbiddenError("holds:read");
  const reader = await server.changesOf(engine).read(
    {
      ...filter,
      of: mayReadHolds ? of : "run",
      within: { runs: reach, holds },
      ...(attribute === undefined ? {} : { attributes: attributesOf(attribute) }),
    },
    request.headers.get("last-event-id") || (after ?? null),
  );
  return eventStream(call, reader, () => placeFrame(reader.place));
};
