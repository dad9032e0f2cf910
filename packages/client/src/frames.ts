/** One frame of a stream of events. Without data it says where the reader is. */
export interface Frame {
  id: string;
  event: string;
  data: string;
}

/** The frames of an event stream, however its text is cut: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export async function* framesOf(texts: AsyncIterable<string>): AsyncGenerator<Frame> {
  let rest = "";
  for await (const text of texts) {
    rest += text;
    const frames = rest.split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      const fields = { id: "", event: "", data: "" };
      for (const line of frame.split("\n")) {
        const [, name = "", value = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (name in fields) fields[name as keyof typeof fields] = value;
      }
      yield fields;
    }
  }
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
