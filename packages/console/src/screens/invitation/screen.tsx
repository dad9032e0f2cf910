import { type FormEvent, useState } from "react";
import { send } from "../../data/client.ts";
import { readPlace } from "../../data/place.ts";
import { problemText } from "../../data/problem.ts";
import { Button } from "../../ui/button.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { copy } from "./copy.ts";

/**
 * Where an invitation's link leads. Its token stands behind the `#`, which no server and no log sees; it is taken out of the address at once,
 * so that it is not in the history either.
 */
export function InvitationScreen() {
  const { base, signIn } = readPlace();
  const [token] = useState(takeToken);
  const [done, setDone] = useState(false);
  const problem = !signIn?.accounts ? copy.off : token === "" ? copy.missing : null;
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-5 px-4 py-8">
      <h1 className="text-lg font-semibold">{done ? copy.done : copy.title}</h1>
      {done ? (
        <>
          <p role="status" className="text-muted">
            {copy.doneText}
          </p>
          <a
            href={`${base}/console/`}
            className="flex h-10 items-center justify-center rounded-md bg-accent font-medium text-on-accent hover:bg-accent-hover"
          >
            {copy.signIn}
          </a>
        </>
      ) : problem !== null ? (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
          {problem}
        </p>
      ) : (
        <PasswordForm path={signIn?.path ?? ""} token={token} onDone={() => setDone(true)} />
      )}
    </main>
  );
}

let taken: string | null = null;

function takeToken(): string {
  if (location.hash.length > 1) {
    taken = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  }
  return taken ?? "";
}

function PasswordForm({ path, token, onDone }: { path: string; token: string; onDone: () => void }) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const password = String(fields.get("password"));
    if (password !== String(fields.get("again"))) return setError(copy.differ);
    setBusy(true);
    setError(null);
    try {
      const response = await send(`${location.origin}${path}/local/accept`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token, password }),
      });
      if (response.ok) return onDone();
      setError(((await response.json()) as { detail?: string }).detail ?? copy.missing);
    } catch (failure) {
      setError(problemText(failure).detail);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="grid gap-3">
      <p className="text-muted">{copy.text}</p>
      <Field label={copy.password} hint={copy.hint}>
        {(control) => (
          <TextInput
            {...control}
            name="password"
            type="password"
            autoComplete="new-password"
            required
            minLength={12}
            maxLength={1000}
          />
        )}
      </Field>
      <Field label={copy.again} error={error}>
        {(control) => (
          <TextInput {...control} name="again" type="password" autoComplete="new-password" required maxLength={1000} />
        )}
      </Field>
      <Button type="submit" look="primary" busy={busy}>
        {copy.submit}
      </Button>
    </form>
  );
}
