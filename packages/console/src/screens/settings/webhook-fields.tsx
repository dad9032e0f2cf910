import type { RouteInput } from "@holdpoint/client";
import { Checkbox, Field, TextInput } from "../../ui/field.tsx";
import { namesOf, textOf } from "../../ui/form-dialog.tsx";
import { copy } from "./copy.ts";
import type { Webhook } from "./webhook-columns.tsx";

type Definition = RouteInput<"webhooks.create">;
type EventType = Webhook["types"][number];

const words = copy.webhooks;
const types: readonly EventType[] = [
  ...(["hold.opened", "hold.changed", "hold.decided", "hold.expired"] as const),
  ...(["run.started", "run.waiting", "run.completed", "run.failed", "run.cancelled"] as const),
];

/** What a webhook is made of. */
export const WebhookFields = ({ webhook }: { webhook?: Webhook }) => (
  <>
    <Field label={words.name}>
      {(control) => <TextInput {...control} name="name" required maxLength={128} defaultValue={webhook?.name} />}
    </Field>
    <Field label={words.url} hint={words.urlHint}>
      {(control) => (
        <TextInput {...control} name="url" type="url" required maxLength={2048} defaultValue={webhook?.url} />
      )}
    </Field>
    <fieldset className="grid gap-1.5 sm:grid-cols-2">
      <legend className="mb-1 text-sm font-medium">{words.types}</legend>
      {types.map((type) => (
        <Checkbox
          key={type}
          name="types"
          value={type}
          defaultChecked={webhook ? webhook.types.includes(type) : type.startsWith("hold.")}
        >
          {type}
        </Checkbox>
      ))}
    </fieldset>
    <Field label={copy.workflows} hint={copy.workflowsHint} optional>
      {(control) => <TextInput {...control} name="workflows" defaultValue={webhook?.workflows?.join(", ")} />}
    </Field>
    <Field label={words.tags} hint={words.tagsHint} optional>
      {(control) => <TextInput {...control} name="tags" defaultValue={webhook?.tags?.join(", ")} />}
    </Field>
  </>
);

/** The definition that was filled in. What has no field here stays as it was. @throws Error no kind of event was chosen */
export function definitionOf(fields: FormData, before: Webhook | null): Definition {
  const chosen = fields.getAll("types") as EventType[];
  if (chosen.length === 0) throw new Error(words.noType);
  const [workflows, tags] = [namesOf(fields, "workflows"), namesOf(fields, "tags")];
  return {
    name: textOf(fields, "name") ?? "",
    url: textOf(fields, "url") ?? "",
    types: chosen,
    ...(workflows === undefined ? {} : { workflows }),
    ...(tags === undefined ? {} : { tags }),
    ...(before?.attributes ? { attributes: before.attributes } : {}),
  };
}
