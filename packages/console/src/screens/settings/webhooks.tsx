import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useAction, useChanged } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import { client } from "../../data/client.ts";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { ShownOnce } from "../../ui/shown-once.tsx";
import { copy } from "./copy.ts";
import { Deliveries } from "./deliveries.tsx";
import { type Asking, type Webhook, webhookColumns } from "./webhook-columns.tsx";
import { definitionOf, WebhookFields } from "./webhook-fields.tsx";

type Made = Pick<RouteOutput<"webhooks.create">, "secret"> & { title: string };
const words = copy.webhooks;

/** Who is told of what happens, whether it arrives, and what did not. */
export function Webhooks() {
  const webhooks = useQuery(api("webhooks.list", {}));
  const changed = useChanged("webhooks");
  const [asking, setAsking] = useState<Asking | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const groups = ["webhooks"];
  const test = useAction(
    groups,
    ({ id }: Webhook) => call("webhooks.test", { webhook: id }),
    () => words.tested,
  );
  const pause = useAction(groups, ({ id, paused }: Webhook) =>
    paused ? call("webhooks.resume", { webhook: id }) : call("webhooks.pause", { webhook: id }),
  );
  const ofShown = webhooks.data?.items.find(({ id }) => id === shown);
  const columns = webhookColumns({
    ask: setAsking,
    test: (webhook) => {
      setShown(webhook.id);
      test.mutate(webhook);
    },
    pause: pause.mutate,
    show: ({ id }) => setShown(id),
  });
  return (
    <>
      <Section
        title={words.title}
        hint={words.hint}
        actions={
          webhooks.data && (
            <Button
              look="primary"
              icon={<Plus size={16} aria-hidden="true" />}
              onClick={() => setAsking({ what: "create" })}
            >
              {words.create}
            </Button>
          )
        }
      >
        <Panel>
          <Answered query={webhooks} absent={words.off}>
            {({ items }) =>
              items.length === 0 ? (
                <Nothing>{words.none}</Nothing>
              ) : (
                <DataTable label={words.title} columns={columns} rows={items} rowId={({ id }) => id} />
              )
            }
          </Answered>
        </Panel>
      </Section>
      {ofShown && <Deliveries key={ofShown.id} webhook={ofShown} />}
      {asking && (
        <WebhookDialog
          asking={asking}
          onClose={() => setAsking(null)}
          onDone={async (secret) => {
            if (secret) setMade(secret);
            await changed();
          }}
        />
      )}
      <ShownOnce
        title={made?.title ?? words.made}
        secrets={made && { [words.secret]: made.secret }}
        onClose={() => setMade(null)}
      >
        {words.once}
      </ShownOnce>
    </>
  );
}

function WebhookDialog({
  asking,
  onClose,
  onDone,
}: {
  asking: Asking;
  onClose: () => void;
  onDone: (secret?: Made) => Promise<unknown>;
}) {
  if (asking.what === "create")
    return (
      <FormDialog
        open
        title={words.create}
        submit={words.create}
        width="lg"
        onClose={onClose}
        onSubmit={async (fields) => {
          const { secret } = await call("webhooks.create", definitionOf(fields, null));
          await onDone({ secret, title: words.made });
        }}
      >
        <WebhookFields />
      </FormDialog>
    );
  const { what, webhook } = asking;
  const { id, name, etag } = webhook;
  if (what === "change")
    return (
      <FormDialog
        open
        title={words.changeTitle(name)}
        submit={words.changeSubmit}
        width="lg"
        onClose={onClose}
        onSubmit={async (fields) => {
          await client.webhooks.change({ webhook: id, ...definitionOf(fields, webhook) }, { ifMatch: etag });
          await onDone();
        }}
      >
        <WebhookFields webhook={webhook} />
      </FormDialog>
    );
  const rotating = what === "rotate";
  return (
    <FormDialog
      open
      title={rotating ? words.rotateTitle(name) : words.removeTitle(name)}
      submit={rotating ? words.rotateSubmit : words.removeSubmit(name)}
      danger={!rotating}
      onClose={onClose}
      onSubmit={async () => {
        if (rotating) {
          const { secret } = await call("webhooks.rotate", { webhook: id });
          return onDone({ secret, title: words.rotated });
        }
        await client.webhooks.remove({ webhook: id }, { ifMatch: etag });
        return onDone();
      }}
    >
      <p className="text-muted">{rotating ? words.rotateText : words.removeText}</p>
    </FormDialog>
  );
}
