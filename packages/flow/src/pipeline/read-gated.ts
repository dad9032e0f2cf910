import type { Json, JsonObject } from "../condition/condition.ts";
import { readTriggers } from "../condition/hold-trigger.ts";
import type { HoldNode, NodeDefinition } from "../definition/definition.ts";
import type { Reading } from "./places.ts";

/** A step with `hold_when`: asks for a yes or no when one of the engine's own triggers fires; otherwise it is approved, by nobody. */
export function readGated(hold: HoldNode, config: JsonObject, path: string, reading: Reading): NodeDefinition {
  const { hold_when: holdWhen = null, facts } = config;
  for (const field of ["conditions", "ui_schema"] as const) {
    if (config[field] === undefined) continue;
    reading.problem(
      `${path}.config.${field}`,
      "does not go with `hold_when`, which asks for yes or no; remove one of them",
    );
  }
  for (const issue of readTriggers(holdWhen, "hold_when").issues) {
    reading.problem(`${path}.config.${issue.path.replaceAll(/\.(\d+)/g, "[$1]")}`, issue.message);
  }
  const { id, label } = hold;
  const { deadline, ...request } = hold.request as JsonObject;
  const [rung] = (deadline ?? []) as JsonObject[];
  return {
    id,
    kind: "approve",
    ...(label !== undefined && { label }),
    request: {
      ...request,
      holdWhen,
      ...(facts !== undefined && { facts: reading.template(facts, `${path}.config.facts`) }),
      ...(rung && { deadline: [asApproval(rung)] }),
    },
  };
}

/** What is decided in the place of people, in the words of yes and no. */
function asApproval(rung: JsonObject): Json {
  const decision = (rung.decide as { decision?: Json } | undefined)?.decision;
  return decision === undefined ? rung : { ...rung, decide: { approved: decision === "approve" } };
}
