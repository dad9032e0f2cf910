/** One frame of a stream of events. Without data it says where the reader is. */
export interface Frame {
  id: string;
  event: string;
  data: string;
}

/**
 * The frames of an event stream, those together that came together, however its text is cut:
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* framesOf(texts: AsyncIterable<string>): AsyncGenerator<Frame[]> {
  let rest = "";
  for await (const text of texts) {
    rest += text;
    const frames = rest.split("\n\n");
    rest = frames.pop() ?? "";
    if (frames.length > 0) yield frames.map(frameOf);
  }
}

function frameOf(text: string): Frame {
  const frame = { id: "", event: "", data: "" };
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    if (name in frame) frame[name as keyof Frame] = line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
  }
  return frame;
}

/** The text of a body as it comes. */
export async function* textsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
