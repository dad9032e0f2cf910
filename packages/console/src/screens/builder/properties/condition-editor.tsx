import { Plus, X } from "lucide-react";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Field, Select, TextInput } from "../../../ui/field.tsx";
import { copy } from "../copy.ts";
import { type Claim, operators, type Spoken, spoken, typedValue, valueTyped, written } from "../document/conditions.ts";
import { setField } from "../document/edits.ts";
import { type JsonPath, valueAt } from "../document/json-text.ts";
import type { Builder } from "../use-builder.ts";
import { JsonAt } from "./fields.tsx";

const words = copy.condition;
const tests = [...operators, "yes", "no", "there", "missing"] as const;
const bare = new Set<string>(["yes", "no", "there", "missing"]);

/** When a way is taken, in words; what cannot be said in words stays JSON. */
export function ConditionEditor({ builder, path }: { builder: Builder; path: JsonPath }) {
  const condition = valueAt(builder.document, path);
  const said = spoken(condition);
  const mode = said.kind === "claims" ? said.join : said.kind;
  const set = (next: Spoken, group?: string): void => builder.edit(setField(path, written(next)), group);
  const change = (to: string): void => {
    if (to === "always" || to === "else") return set({ kind: to });
    if (to === "other")
      return builder.edit(setField(path, said.kind === "always" ? { type: "cel", expression: "true" } : condition));
    const join = to as "all" | "any";
    const claims = said.kind === "claims" ? said.claims : [fresh(builder)];
    set({ kind: "claims", join, claims, raw: claims.length > 1 ? {} : undefined });
  };
  const spread = (claims: readonly Claim[], join: "all" | "any", raw: unknown, group?: string): void =>
    set({ kind: "claims", join, claims, raw: claims.length > 1 ? (raw ?? {}) : raw }, group);
  const places = suggestionsFor(builder);
  return (
    <div className="grid gap-3">
      <Field label={words.title}>
        {(control) => (
          <Select {...control} value={mode} onChange={({ target }) => change(target.value)}>
            {Object.entries(words.modes).map(([value, word]) => (
              <option key={value} value={value} disabled={value === "other" && mode !== "other" && mode !== "always"}>
                {word}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {said.kind === "other" && <JsonAt builder={builder} path={path} label={words.json} />}
      {said.kind === "claims" && (
        <>
          <datalist id="condition-places">
            {places.map((place) => (
              <option key={place} value={place} />
            ))}
          </datalist>
          {said.claims.map((claim, n) => (
            <ClaimRow
              // biome-ignore lint/suspicious/noArrayIndexKey: claims have no names; their order is theirs
              key={n}
              claim={claim}
              onChange={(next, group) =>
                spread(
                  said.claims.map((one, at) => (at === n ? next : one)),
                  said.join,
                  said.raw,
                  `${path.join(".")}.${n}.${group}`,
                )
              }
              onRemove={
                said.claims.length > 1
                  ? () =>
                      spread(
                        said.claims.filter((_, at) => at !== n),
                        said.join,
                        said.raw,
                      )
                  : null
              }
            />
          ))}
          <Button
            size="sm"
            look="quiet"
            icon={<Plus size={14} aria-hidden="true" />}
            className="justify-self-start"
            onClick={() => spread([...said.claims, fresh(builder)], said.join, said.raw)}
          >
            {words.add}
          </Button>
        </>
      )}
    </div>
  );
}

function ClaimRow({
  claim,
  onChange,
  onRemove,
}: {
  claim: Claim;
  onChange: (claim: Claim, group: string) => void;
  onRemove: (() => void) | null;
}) {
  const { source, test, value } = claim;
  const choose = (next: Claim["test"]): void =>
    onChange({ ...claim, test: next, value: bare.has(next) ? undefined : (value ?? "") }, "test");
  return (
    <div className="flex items-start gap-1">
      <div className="grid min-w-0 grow gap-1.5 rounded-md bg-sunken p-2">
        <TextInput
          aria-label={words.source}
          placeholder={words.sourceHint}
          list="condition-places"
          autoComplete="off"
          value={source}
          onChange={({ target }) => onChange({ ...claim, source: target.value }, "source")}
        />
        <Select aria-label={words.test} value={test} onChange={({ target }) => choose(target.value as Claim["test"])}>
          {tests.map((one) => (
            <option key={one} value={one}>
              {words.tests[one]}
            </option>
          ))}
        </Select>
        {!bare.has(test) && (
          <TextInput
            aria-label={words.value}
            placeholder={words.value}
            autoComplete="off"
            value={typedValue(value)}
            onChange={({ target }) => onChange({ ...claim, value: valueTyped(target.value) }, "value")}
          />
        )}
      </div>
      {onRemove && (
        <IconButton label={words.remove} onClick={onRemove}>
          <X size={15} aria-hidden="true" />
        </IconButton>
      )}
    </div>
  );
}

const fresh = ({ shown }: Builder): Claim => ({
  source: shown.steps[0] ? `${shown.steps[0].id}.` : "",
  test: "equals",
  value: "",
  raw: undefined,
});

/** Where data are: what each step gives, as far as its output schema says, and answers of people by the names of their fields. */
function suggestionsFor({ shown, document }: Builder): string[] {
  return shown.steps.flatMap(({ id, path, asks }) => {
    const fields = valueAt(document, [...path, "config", "ui_schema", "fields"]);
    const names = Array.isArray(fields) ? fields.map((field) => valueAt(field, ["name"])) : asks ? ["decision"] : [];
    const declared = valueAt(document, [...path, "output_schema", "properties"]);
    const all = [...names, ...(typeof declared === "object" && declared !== null ? Object.keys(declared) : [])];
    return [id, ...all.flatMap((name) => (typeof name === "string" ? [`${id}.${name}`] : []))];
  });
}
