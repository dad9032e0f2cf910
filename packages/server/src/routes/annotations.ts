import {
  type Annotation,
  AnnotationQueue,
  annotationLines,
  annotationReport,
  trainingItems,
} from "@holdpoint/annotate";
import { closest, NotFoundError } from "@holdpoint/core";
import type { Server } from "../server.ts";
import type { Handler } from "./call.ts";
import { given, wire } from "./wire.ts";

function queueOf({ annotations }: Server, name: string): Annotation {
  const found = annotations.find((one) => one.name === name);
  if (found) return found;
  const near = closest(
    name,
    annotations.map((one) => one.name),
  );
  const none = "give the server its annotations as the option `annotations`";
  const hint = near ? `did you mean "${near}"?` : annotations.length > 0 ? "list them" : none;
  throw new NotFoundError("annotation queue", name, hint);
}

export const listAnnotations: Handler<"annotations.list"> = async ({ server }) => {
  const items = server.annotations.map(({ name, workflow, sample }) => ({
    queue: name,
    workflow: workflow.name,
    sample: sample.rate,
  }));
  return { status: 200, body: { items: items.sort((a, b) => (a.queue < b.queue ? -1 : 1)), cursor: null } };
};

export const reportAnnotations: Handler<"annotations.report"> = async ({ engine, server, params }) => {
  const { agreement, annotators: _, ...report } = await annotationReport(engine, queueOf(server, params.queue).name);
  // Who annotates how well is for those who lead them, beside the store: here nobody is named.
  const { fleiss, krippendorff } = agreement;
  return { status: 200, body: { ...report, agreement: { fleiss, krippendorff } } };
};

export const offerItem: Handler<"annotations.offer"> = async ({ engine, server, actor, params, body }) => {
  const queue = new AnnotationQueue(engine, queueOf(server, params.queue));
  const offered = await queue.offer(body.id, body.item, { by: actor.by, ...given({ predicted: body.predicted }) });
  return { status: 201, body: { id: offered.id, run: offered.runId } };
};

export const annotatedItems: Handler<"annotations.items"> = async ({ engine, server, params, query }) => {
  const { items, cursor } = await trainingItems(engine, queueOf(server, params.queue).name, given(query));
  return { status: 200, body: { items: items.map((item) => wire(item)), cursor } };
};

export const exportItems: Handler<"annotations.export"> = async ({ engine, server, params }) => {
  const { name } = queueOf(server, params.queue);
  const lines = endingWithServer(server.closing, annotationLines(engine, name));
  return new Response(ReadableStream.from(lines).pipeThrough(new TextEncoderStream()), {
    headers: {
      "content-type": "application/jsonl",
      "content-disposition": `attachment; filename="${name.replace(/[^\w.-]+/g, "-")}.jsonl"`,
    },
  });
};

/** A server that ends breaks the transfer off, so that nobody takes a part for the whole. */
async function* endingWithServer(closing: AbortSignal, lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) {
    closing.throwIfAborted();
    yield `${line}\n`;
  }
}
