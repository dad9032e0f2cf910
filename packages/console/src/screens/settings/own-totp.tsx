import type { RouteOutput } from "@holdpoint/client";
import { useMemo, useState } from "react";
import { encode } from "uqr";
import { useChanged } from "../../data/action.ts";
import { call } from "../../data/api.ts";
import { Button } from "../../ui/button.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { Panel, Section } from "../../ui/page.tsx";
import { CopyText } from "../../ui/shown-once.tsx";
import { useToast } from "../../ui/toast.tsx";
import { copy } from "./copy.ts";
import { CodeField, PasswordField } from "./own-password.tsx";

type Secret = RouteOutput<"me.enrolTotp">;
const words = copy.you;
const written = (fields: FormData, name: string): string => String(fields.get(name) ?? "");

/** The authenticator app: added with a code that it shows, removed with one. */
export function OwnTotp({ hasTotp }: { hasTotp: boolean }) {
  const toast = useToast();
  const changed = useChanged("me");
  const [asking, setAsking] = useState<"enrol" | "remove" | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const close = (): void => setAsking(null);
  return (
    <Section title={words.totp} hint={hasTotp ? words.totpOn : words.totpOff}>
      <div>
        {hasTotp ? (
          <Button onClick={() => setAsking("remove")}>{words.remove}</Button>
        ) : (
          <Button onClick={() => setAsking("enrol")}>{words.enrol}</Button>
        )}
      </div>
      <FormDialog
        open={asking === "enrol"}
        title={words.enrolTitle}
        submit={words.enrolSubmit}
        onClose={close}
        onSubmit={async (fields) => setSecret(await call("me.enrolTotp", { password: written(fields, "password") }))}
      >
        <PasswordField />
      </FormDialog>
      <FormDialog
        open={secret !== null}
        title={words.enrolTitle}
        submit={words.confirm}
        onClose={() => setSecret(null)}
        onSubmit={async (fields) => {
          await call("me.confirmTotp", { code: written(fields, "code").trim() });
          toast.show({ text: words.confirmed });
          await changed();
        }}
      >
        <p>{words.scan}</p>
        {secret && <QrCode text={secret.uri} />}
        {secret && <CopyText label={words.secret} value={secret.secret} />}
        {secret && <CopyText label={words.uri} value={secret.uri} />}
        <CodeField />
      </FormDialog>
      <FormDialog
        open={asking === "remove"}
        title={words.removeTitle}
        submit={words.removeSubmit}
        danger
        onClose={close}
        onSubmit={async (fields) => {
          const code = written(fields, "code").trim();
          await call("me.removeTotp", { password: written(fields, "password"), code });
          toast.show({ text: words.removed });
          await changed();
        }}
      >
        <PasswordField />
        <CodeField />
      </FormDialog>
    </Section>
  );
}

/** A QR code: black on white in both themes, or phones cannot read it. */
function QrCode({ text }: { text: string }) {
  const { data, size } = useMemo(() => encode(text, { border: 2 }), [text]);
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return (
    <Panel>
      <svg
        role="img"
        aria-label={words.qr}
        viewBox={`0 0 ${size} ${size}`}
        shapeRendering="crispEdges"
        className="mx-auto size-52"
      >
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
    </Panel>
  );
}
