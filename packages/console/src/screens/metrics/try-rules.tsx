import type { RouteInput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { api, call } from "../../data/api.ts";
import { Field, Select, TextArea, TextInput } from "../../ui/field.tsx";
import { FormDialog, textOf } from "../../ui/form-dialog.tsx";
import { copy } from "./copy.ts";
import type { Tried } from "./trial-result.tsx";

type Policy = RouteInput<"holds.tryPolicy">["policy"];
const words = copy.rules;

/** Asks for other rules and lives the past again under them. Nothing is changed by it. */
export function TryRules({
  workflow,
  open,
  onClose,
  onTried,
}: {
  workflow: string | undefined;
  open: boolean;
  onClose: () => void;
  onTried: (tried: Tried) => void;
}) {
  const workflows = useQuery({ ...api("workflows.list", {}), enabled: open });
  const submit = async (fields: FormData): Promise<void> => {
    const asked = { workflow: textOf(fields, "workflow") ?? "", name: textOf(fields, "name") ?? "" };
    onTried({ ...asked, ...(await call("holds.tryPolicy", { ...asked, policy: policyOf(fields) })) });
  };
  return (
    <FormDialog
      open={open}
      title={words.tryOthers}
      submit={words.submit}
      width="lg"
      onClose={onClose}
      onSubmit={submit}
    >
      <p className="text-muted">{words.intro}</p>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={copy.workflow}>
          {(control) => (
            <Select {...control} name="workflow" required defaultValue={workflow}>
              {workflows.data?.items.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={words.name} hint={words.nameHint}>
          {(control) => <TextInput {...control} name="name" required maxLength={1024} />}
        </Field>
      </div>
      <Field label={words.when} hint={words.whenHint} optional>
        {(control) => <TextInput {...control} name="when" className="font-mono text-xs" maxLength={4096} />}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={words.groups} hint={words.groupsHint} optional>
          {(control) => <TextInput {...control} name="groups" maxLength={1024} />}
        </Field>
        <Field label={words.quorum} optional>
          {(control) => <TextInput {...control} name="quorum" type="number" min={1} max={100} />}
        </Field>
      </div>
      <Field label={words.more} hint={words.moreHint} optional>
        {(control) => <TextArea {...control} name="more" className="font-mono text-xs" rows={3} />}
      </Field>
    </FormDialog>
  );
}

function policyOf(fields: FormData): Policy {
  const when = textOf(fields, "when");
  const groups = (textOf(fields, "groups") ?? "").split(",").flatMap((group) => group.trim() || []);
  const quorum = textOf(fields, "quorum");
  if (quorum !== undefined && groups.length === 0) throw new Error(words.quorumOfWhom);
  const policy: Policy = {
    ...(when === undefined ? {} : { holdWhen: [{ cel: when }] }),
    ...(groups.length === 0
      ? {}
      : { reviewers: { groups, ...(quorum === undefined ? {} : { quorum: Number(quorum) }) } }),
    ...moreOf(textOf(fields, "more")),
  };
  if (Object.keys(policy).length === 0) throw new Error(words.noRule);
  return policy;
}

function moreOf(text: string | undefined): Policy {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Policy;
  } catch {
    // Said below.
  }
  throw new Error(words.badMore);
}
