import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useChanged } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import { problemText } from "../../data/problem.ts";
import { Field, Select, TextArea, TextInput } from "../../ui/field.tsx";
import { FormDialog, textOf } from "../../ui/form-dialog.tsx";
import { copy } from "./copy.ts";
import { nextTimes, type Schedule, timeIn } from "./when.ts";

type Kind = keyof typeof copy.kinds;

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const zones = [...new Set(["UTC", here, ...Intl.supportedValuesOf("timeZone")])];

/** Makes a schedule, and says beforehand when it would run. */
export function NewSchedule({ open, onClose }: { open: boolean; onClose: () => void }) {
  const changed = useChanged("schedules");
  const workflows = useQuery({ ...api("workflows.list", {}), enabled: open });
  const [kind, setKind] = useState<Kind>("cron");
  const submit = async (fields: FormData): Promise<void> => {
    const text = (name: string): string => textOf(fields, name) ?? "";
    const input = inputOf(text("input"));
    const when = {
      cron: { cron: text("cron"), timeZone: text("timeZone") },
      every: { every: text("every") },
      event: { event: text("event") },
    }[kind];
    await call("schedules.put", {
      schedule: text("id"),
      workflow: text("workflow"),
      when,
      overlap: text("overlap") as Schedule["overlap"],
      ...(input === undefined ? {} : { input }),
    }).catch((error: unknown) => {
      // This dialog only adds: the server asks for the version of a schedule that would be replaced.
      throw problemText(error).code === "PRECONDITION_REQUIRED" ? new Error(copy.taken) : error;
    });
    await changed();
  };
  return (
    <FormDialog open={open} title={copy.create} submit={copy.create} width="lg" onClose={onClose} onSubmit={submit}>
      <Field label={copy.id} hint={copy.idHint}>
        {(control) => <TextInput {...control} name="id" required maxLength={180} pattern="[\w.:\-]+" />}
      </Field>
      <Field label={copy.workflow}>
        {(control) => (
          <Select {...control} name="workflow" required>
            {workflows.data?.items.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={copy.kind}>
        {(control) => (
          <Select {...control} value={kind} onChange={({ target }) => setKind(target.value as Kind)}>
            {Object.entries(copy.kinds).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {kind === "cron" && <CronFields />}
      {kind === "every" && (
        <Field label={copy.every} hint={copy.everyHint}>
          {(control) => <TextInput {...control} name="every" required defaultValue="1h" maxLength={40} />}
        </Field>
      )}
      {kind === "event" && (
        <Field label={copy.event} hint={copy.eventHint}>
          {(control) => <TextInput {...control} name="event" required maxLength={256} />}
        </Field>
      )}
      <Field label={copy.overlap}>
        {(control) => (
          <Select {...control} name="overlap" defaultValue="skip">
            {Object.entries(copy.overlaps).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={copy.input} optional>
        {(control) => <TextArea {...control} name="input" className="font-mono text-xs" placeholder="{}" />}
      </Field>
    </FormDialog>
  );
}

function inputOf(text: string): Record<string, unknown> | undefined {
  if (text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new Error(copy.badInput);
}

function CronFields() {
  const [cron, setCron] = useState("0 9 * * 1-5");
  const [timeZone, setTimeZone] = useState(here);
  const next = nextTimes(cron, timeZone);
  return (
    <>
      <Field label={copy.cron} hint={copy.cronHint} error={"problem" in next ? next.problem : null}>
        {(control) => (
          <TextInput
            {...control}
            name="cron"
            required
            maxLength={256}
            value={cron}
            className="font-mono"
            onChange={({ target }) => setCron(target.value)}
          />
        )}
      </Field>
      <Field label={copy.timeZone}>
        {(control) => (
          <Select {...control} name="timeZone" value={timeZone} onChange={({ target }) => setTimeZone(target.value)}>
            {zones.map((zone) => (
              <option key={zone} value={zone}>
                {zone}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {"times" in next && (
        <div className="rounded-md bg-sunken px-3 py-2">
          <p className="text-sm font-medium">{copy.next}</p>
          <ol aria-label={copy.next} className="text-sm">
            {next.times.map((time) => (
              <li key={time.getTime()}>{timeIn(time, timeZone)}</li>
            ))}
          </ol>
        </div>
      )}
    </>
  );
}
