import { HoldpointError, NotFoundError, ValidationError } from "../errors.ts";
import { patternOf } from "../hold/grant.ts";
import type { HoldRow, Page, PageOf } from "../store/store.ts";
import { type DecideOptions, decide, type GivenHold } from "./decide.ts";
import { documentOf } from "./hold-acting.ts";
import { type Hold, viewHold } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";

/** What one hold of a batch is answered with, where it differs from the rest. */
export interface DecideManyOverride {
  /** Instead of the common answer. */
  answer?: unknown;
  /** Instead of the common reason. */
  note?: string;
  /** One of this hold's options. */
  option?: string;
  /** Leaves it as it is. */
  skip?: boolean;
}

/** Who decides many holds at once, and what they say about it. */
export interface DecideManyOptions extends Omit<DecideOptions, "note"> {
  /** One reason for all of them. Required: who decides many at once says why. */
  note: string;
  /** What differs, by the hold's id. */
  each?: Readonly<Record<string, DecideManyOverride>>;
}

/** What became of one hold of a batch. */
export type DecideManyResult =
  | { id: string; hold: Hold; error: null }
  | { id: string; hold: null; error: HoldpointError };

/** So many are under way at once: their writes share transactions. */
const atOnce = 50;

/** Decides each hold by its own rules; one that is refused leaves the others alone. Critical ones are refused. */
export async function decideMany(
  parts: EngineParts,
  given: readonly GivenHold[],
  answer: unknown,
  { each = {}, ...options }: DecideManyOptions,
): Promise<DecideManyResult[]> {
  if (typeof options.note !== "string" || options.note.trim() === "") {
    throw new ValidationError("decideMany", [{ path: "note", message: "must say why, once for all of them" }]);
  }
  const ids = given.map(idOf);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    throw new ValidationError("decideMany", [{ path: "holds", message: `${twice} is there twice` }]);
  const stray = Object.keys(each).find((id) => !ids.includes(id));
  if (stray !== undefined)
    throw new ValidationError("decideMany", [{ path: `each.${stray}`, message: "is none of the holds" }]);
  const results: DecideManyResult[] = [];
  const wanted = given.filter((hold) => each[idOf(hold)]?.skip !== true);
  for (let from = 0; from < wanted.length; from += atOnce) {
    const part = wanted.slice(from, from + atOnce);
    results.push(...(await Promise.all(part.map((hold) => decideOne(parts, hold, answer, options, each[idOf(hold)])))));
  }
  return results;
}

const idOf = (hold: GivenHold): string => (typeof hold === "string" ? hold : hold.id);

async function decideOne(
  parts: EngineParts,
  given: GivenHold,
  answer: unknown,
  options: DecideOptions,
  override: DecideManyOverride = {},
): Promise<DecideManyResult> {
  const id = idOf(given);
  const { skip: _skip, answer: own, ...more } = override;
  try {
    const row = await parts.store.hold(parts.namespace, id);
    if (!row) throw new NotFoundError("hold", id);
    if (row.severity === "critical") {
      throw new ValidationError("decideMany", [
        { path: id, message: `"${row.title}" is critical: read it and decide it by itself` },
      ]);
    }
    return {
      id,
      hold: await decide(parts, given, own === undefined ? answer : own, { ...options, ...more }),
      error: null,
    };
  } catch (error) {
    if (error instanceof HoldpointError) return { id, hold: null, error };
    throw error;
  }
}

/** Open holds that ask the same of people: same workflow, same name, same form and same proposed action, whatever its arguments. */
export async function similarHolds(parts: EngineParts, id: string, page: Page): Promise<PageOf<Hold>> {
  const { store, namespace } = parts;
  const row = await store.hold(namespace, id);
  if (!row) throw new NotFoundError("hold", id);
  const { workflow, name, origin } = row;
  const like = (one: HoldRow): string => JSON.stringify(patternOf(one, documentOf(parts, one)));
  const pattern = like(row);
  const found = await store.holds(namespace, { status: ["open"], workflow, name, origin }, page);
  const alike = found.items.filter((one) => one.id !== id && like(one) === pattern);
  return { items: await Promise.all(alike.map((one) => viewHold(parts, one))), cursor: found.cursor };
}
