import type { Engine } from "../../engine/engine.ts";
import { InvalidStateError } from "../../errors.ts";

/** What a test can do about a key that a run waits at. */
function remedy(key: string): string {
  const [, kind = "", name = ""] = /(?:^|\/)(hold|signal|child|step)(?::(.*))?#\d+$/.exec(key) ?? [];
  switch (kind) {
    case "hold":
      return `waits for hold "${name}": engine.answer("${name}", …), or a rule in answers`;
    case "signal":
      return `waits for signal "${name}": run.signal("${name}", …)`;
    case "child":
      return `waits for its child "${name}"`;
    case "step":
      return `waits for step "${name}", which does not end`;
    default:
      return `waits at ${key}`;
  }
}

/** Says what every unfinished run waits for, now that nothing is left to happen. */
export async function stuckError(engine: Pick<Engine, "runs" | "check">): Promise<InvalidStateError> {
  const status = ["ready", "running", "parked", "paused", "diverged"] as const;
  const { items } = await engine.runs({ status }, { limit: 20 });
  const { runs } = await engine.check({ status });
  const lines = items.map((run) => {
    const at = runs.find(({ id }) => id === run.id)?.at ?? [];
    const facts = `run ${run.id} of "${run.workflow}"`;
    if (run.status === "paused") return `${facts} is paused: run.resume()`;
    if (run.status === "diverged") return `${facts} has diverged: ${run.note ?? ""}`;
    return `${facts} ${at.length > 0 ? at.map(remedy).join(", and ") : `is ${run.status}`}`;
  });
  const what = lines.length > 0 ? lines.join("\n  ") : "no run is left that could go on";
  return new InvalidStateError(`nothing is left to happen, however much time passes:\n  ${what}`, {
    runs: items.map(({ id }) => id),
  });
}
