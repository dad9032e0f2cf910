import { type FormEvent, useState } from "react";
import { useChanged } from "../../data/action.ts";
import { call } from "../../data/api.ts";
import { problemText } from "../../data/problem.ts";
import { Button } from "../../ui/button.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { Panel, Section } from "../../ui/page.tsx";
import { useToast } from "../../ui/toast.tsx";
import { copy } from "./copy.ts";

const words = copy.you;

/** A code of the authenticator app. */
export const CodeField = () => (
  <Field label={words.code}>
    {(control) => (
      <TextInput
        {...control}
        name="code"
        required
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={20}
        className="max-w-40"
      />
    )}
  </Field>
);

/** The password one has. */
export const PasswordField = () => (
  <Field label={words.current}>
    {(control) => (
      <TextInput
        {...control}
        name="password"
        type="password"
        required
        autoComplete="current-password"
        maxLength={1000}
      />
    )}
  </Field>
);

/** Changing one's own password. */
export function OwnPassword({ hasTotp }: { hasTotp: boolean }) {
  const toast = useToast();
  const changed = useChanged("me");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    // Spaces are part of a password.
    const [password, newPassword] = [String(fields.get("password")), String(fields.get("newPassword"))];
    setBusy(true);
    setError(null);
    try {
      await call("me.password", {
        password,
        newPassword,
        ...(hasTotp ? { code: String(fields.get("code")).trim() } : {}),
      });
      form.reset();
      toast.show({ text: words.changed });
      await changed();
    } catch (failure) {
      setError(problemText(failure).detail);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title={words.password} hint={words.passwordHint}>
      <Panel>
        <form onSubmit={(event) => void submit(event)} className="grid max-w-md gap-3 p-4">
          <PasswordField />
          <Field label={words.next} hint={words.nextHint} error={error}>
            {(control) => (
              <TextInput
                {...control}
                name="newPassword"
                type="password"
                required
                minLength={12}
                maxLength={1000}
                autoComplete="new-password"
              />
            )}
          </Field>
          {hasTotp && <CodeField />}
          <Button type="submit" busy={busy} className="justify-self-start">
            {words.change}
          </Button>
        </form>
      </Panel>
    </Section>
  );
}
