import { type AnyWorkflow, jsonSchemaOf } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import { fieldsOf } from "../forms/fields.ts";
import { type Column, renderTable } from "../terminal/table.ts";

export const workflowsCommand: CommandFactory = (context) =>
  newCommand("workflows", "list the project's workflows", ["holdpoint workflows", "holdpoint workflows --json"]).action(
    perform(context, async (session) => {
      await session.withEngine(async (engine) => {
        const rows = engine.workflows().map((workflow) => ({
          name: workflow.name,
          version: workflow.version,
          queue: workflow.options.queue ?? "default",
          signals: Object.keys(workflow.options.signals ?? {}),
          input: inputSchema(workflow),
        }));
        session.result({ workflows: rows }, () =>
          rows.length === 0
            ? ["no workflows: add them to `workflows` in holdpoint.config.ts"]
            : renderTable(session.terminal, columns, rows),
        );
      });
    }),
  );

interface Row {
  name: string;
  version: number;
  queue: string;
  signals: string[];
  input: Readonly<Record<string, unknown>> | null;
}

const columns: Column<Row>[] = [
  { title: "WORKFLOW", text: (row) => row.name },
  { title: "VERSION", text: (row) => String(row.version), align: "right" },
  { title: "QUEUE", text: (row) => row.queue },
  { title: "INPUT", text: (row) => inputText(row.input), shrinks: 0 },
  { title: "SIGNALS", text: (row) => row.signals.join(", "), shrinks: 1 },
];

/** Null when it takes none, or cannot say. */
function inputSchema(workflow: AnyWorkflow): Row["input"] {
  if (!workflow.input) return null;
  try {
    return jsonSchemaOf(workflow.input, `input of "${workflow.name}"`);
  } catch {
    return null;
  }
}

function inputText(input: Row["input"]): string {
  const fields = input && fieldsOf(input);
  return fields ? fields.map((field) => `${field.name}${field.required ? "" : "?"}: ${field.type}`).join(", ") : "";
}
