import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { apiKey } from "../../data/api.ts";
import { send } from "../../data/client.ts";
import { problemText } from "../../data/problem.ts";
import { Button } from "../../ui/button.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { copy } from "./copy.ts";

/** A name, a password and perhaps a code, for accounts that this server keeps. */
export function AccountForm({ path, first }: { path: string; first: boolean }) {
  const queries = useQueryClient();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string): string => String(fields.get(name) ?? "");
    const code = text("code").trim();
    const body = { name: text("name"), password: text("password"), ...(code === "" ? {} : { code }) };
    setBusy(true);
    setError(null);
    try {
      const response = await send(`${location.origin}${path}/local/sign-in`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const answer = (await response.json()) as { detail?: string };
      if (!response.ok) setError(answer.detail ?? copy.problems.SIGN_IN_FAILED ?? "");
      else await queries.refetchQueries({ queryKey: apiKey("system.me") });
    } catch (failure) {
      setError(problemText(failure).detail);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="grid gap-3">
      {!first && <p className="text-center text-sm text-muted">{copy.or}</p>}
      {error && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
          {error}
        </p>
      )}
      <Field label={copy.name}>
        {(control) => <TextInput {...control} name="name" autoComplete="username" required />}
      </Field>
      <Field label={copy.password}>
        {(control) => (
          <TextInput {...control} name="password" type="password" autoComplete="current-password" required />
        )}
      </Field>
      <Field label={copy.code} hint={copy.codeHint} optional>
        {(control) => <TextInput {...control} name="code" inputMode="numeric" autoComplete="one-time-code" />}
      </Field>
      <Button type="submit" look={first ? "primary" : "plain"} busy={busy}>
        {copy.account}
      </Button>
    </form>
  );
}
