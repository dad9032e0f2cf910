import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { apiKey } from "../../data/api.ts";
import { keepKey } from "../../data/credentials.ts";
import { readPlace } from "../../data/place.ts";
import { Button } from "../../ui/button.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { AccountForm } from "./account-form.tsx";
import { copy } from "./copy.ts";

/** Asks who is there: at the provider, with a local account, or with an API key. */
export function SignInScreen() {
  const { signIn } = readPlace();
  const problem = new URLSearchParams(location.search).get("problem");
  const said = problem === null ? undefined : copy.problems[problem];
  // A provider that failed leads to this very page: from there, home.
  const here = problem === null ? location.pathname + location.search : `${readPlace().base}/console/`;
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-5 px-4 py-8">
      <h1 className="text-lg font-semibold">{copy.title}</h1>
      {said && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
          {said}
        </p>
      )}
      {signIn?.provider && (
        <a
          href={`${signIn.path}/sign-in?return=${encodeURIComponent(here)}`}
          className="flex h-10 items-center justify-center rounded-md bg-accent font-medium text-on-accent hover:bg-accent-hover"
        >
          {copy.provider}
        </a>
      )}
      {signIn?.accounts && <AccountForm path={signIn.path} first={!signIn.provider} />}
      {!signIn?.provider && !signIn?.accounts && <p className="text-muted">{copy.noWays}</p>}
      <KeyForm />
    </main>
  );
}

function KeyForm() {
  const queries = useQueryClient();
  const [key, setKey] = useState("");
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    keepKey(key.trim());
    await queries.refetchQueries({ queryKey: apiKey("system.me") });
    if (queries.getQueryData(apiKey("system.me")) !== null) return;
    keepKey(null);
    setError(copy.keyWrong);
  };
  return (
    <details className="rounded-lg border border-line bg-surface px-4 py-3">
      <summary className="font-medium">{copy.keyTitle}</summary>
      <form onSubmit={(event) => void submit(event)} className="mt-3 grid gap-3">
        <Field label={copy.key} hint={copy.keyHint} error={error}>
          {(control) => (
            <TextInput
              {...control}
              type="password"
              autoComplete="off"
              required
              value={key}
              onChange={({ target }) => setKey(target.value)}
            />
          )}
        </Field>
        <Button type="submit">{copy.keyUse}</Button>
      </form>
    </details>
  );
}
