import { type Span, SpanStatusCode } from "@opentelemetry/api";

/** Calls `work`, and ends the span when what it gives is there, or it has failed. */
export function spanAround<T>(span: Span, work: () => T, over: () => void = () => {}): T {
  const end = (error?: unknown): void => {
    over();
    if (error !== undefined) fail(span, error);
    span.end();
  };
  try {
    const given = work();
    if (given instanceof Promise)
      given.then(
        () => end(),
        (error: unknown) => end(error ?? new Error("it failed")),
      );
    else end();
    return given;
  } catch (error) {
    end(error ?? new Error("it failed"));
    throw error;
  }
}

/** Marks a span as failed. The message may have what users typed in it: it stays out, the class of the error says enough. */
export function fail(span: Span, error: unknown): void {
  const type = error instanceof Error ? error.name : typeof error;
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: type });
}
