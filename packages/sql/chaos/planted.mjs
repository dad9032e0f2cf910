// Plants a bug in the sources as a process loads them: `node --import ./planted.mjs` with HOLDPOINT_CHAOS_PLANT set. Nothing
// on the disk is changed. An edit whose text is not found exactly once ends the process: the code has moved, and so must it.
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

/** By name, what is edited in which file. */
const plants = {
  // The whole fence: a run's row is proven by its epoch, and by the head of its chain.
  fence: {
    "packages/sql/src/postgres/append.ts": [
      ["run.epoch = input.epoch and", ""],
      ["and run.head = input.previous", ""],
    ],
    "packages/sql/src/postgres/append-one.ts": [
      ["and epoch = $3 and", "and $3::bigint is not null and"],
      ["and head = $4", "and $4::bytea is not null"],
    ],
    "packages/sql/src/mysql/append.ts": [
      ["const fence = `run.epoch = input.epoch and ", "const fence = `"],
      ["\n  and run.head = input.previous`", "`"],
      ['integer(row, "epoch") !== operation.epoch || ', ""],
      ['if (Buffer.compare(blob(row, "head"), operation.previousHead) !== 0) return null;', ""],
      ["raises.length === 1 && first.operation", "raises.length < 0 && first.operation"],
    ],
  },
  // Mail does not wake the run that waits for it.
  unwoken: {
    "packages/sql/src/operations/deliver.ts": [
      ['yield* run("wakeByMail", mail.at, status, keepsDelay ? readyAt : mail.at, pk);', ""],
    ],
  },
};

const plant = process.env.HOLDPOINT_CHAOS_PLANT;
if (isMainThread && plant) register(import.meta.url, { data: plant });

let edits = {};

export function initialize(name) {
  if (!Object.hasOwn(plants, name)) throw new Error(`no plant "${name}": one of ${Object.keys(plants).join(", ")}`);
  edits = plants[name];
}

export async function load(url, context, next) {
  const loaded = await next(url, context);
  const file = Object.keys(edits).find((path) => url.endsWith(path));
  if (file === undefined) return loaded;
  let source = String(loaded.source);
  for (const [from, to] of edits[file]) {
    const found = source.split(from).length - 1;
    if (found !== 1) throw new Error(`${file}: the text to change was found ${found} times: ${JSON.stringify(from)}`);
    source = source.replace(from, () => to);
  }
  return { ...loaded, source };
}
