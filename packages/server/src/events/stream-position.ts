import { RequestError } from "../http/errors.ts";

/** After which event of a run a reader goes on. */
export interface StreamPosition {
  generation: number;
  after: number;
}

/** Reads `<generation>.<seq>`, an event's id in the stream. */
export function readPosition(text: string): StreamPosition {
  const [, generation, after] = /^(\d{1,9})\.(\d{1,15})$/.exec(text) ?? [];
  if (generation === undefined || after === undefined)
    throw new RequestError(400, "MALFORMED", "the position must be an event's id, as in 1.42");
  return { generation: Number(generation), after: Number(after) };
}
