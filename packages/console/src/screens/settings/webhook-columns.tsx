import type { RouteOutput } from "@holdpoint/client";
import { Ellipsis } from "lucide-react";
import { Button, IconButton } from "../../ui/button.tsx";
import type { ColumnDef } from "../../ui/data-table.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Badge } from "../../ui/status.tsx";
import { copy } from "./copy.ts";

export type Webhook = RouteOutput<"webhooks.list">["items"][number];
export type Asking = { what: "create" } | { what: "change" | "rotate" | "remove"; webhook: Webhook };

const words = copy.webhooks;
const tones = { unknown: "neutral", ok: "ok", failing: "warn", broken: "danger" } as const;

/** The columns of webhooks, with what can be done to one. */
export const webhookColumns = ({
  ask,
  test,
  pause,
  show,
}: {
  ask: (asking: Asking) => void;
  test: (webhook: Webhook) => void;
  pause: (webhook: Webhook) => void;
  show: (webhook: Webhook) => void;
}): ColumnDef<Webhook>[] => [
  {
    header: "Webhook",
    cell: ({ row: { original: one } }) => (
      <div className="max-w-80 min-w-48 wrap-anywhere">
        <div className="font-medium">{one.name}</div>
        <div className="text-xs text-muted">{one.url}</div>
      </div>
    ),
  },
  {
    header: "Told of",
    cell: ({ row: { original: one } }) => (
      <div className="min-w-40 text-sm wrap-anywhere">
        {one.types.join(", ")}
        {[...(one.workflows ?? []), ...(one.tags ?? [])].length > 0 && (
          <div className="text-xs text-muted">only {[...(one.workflows ?? []), ...(one.tags ?? [])].join(", ")}</div>
        )}
      </div>
    ),
  },
  {
    header: "State",
    cell: ({ row: { original: one } }) => (
      <div className="grid justify-items-start gap-1">
        <Badge tone={tones[one.health]}>{words.health[one.health]}</Badge>
        {one.paused && <Badge>{words.paused}</Badge>}
        {one.lastError && <span className="max-w-60 text-xs wrap-anywhere text-danger">{one.lastError}</span>}
      </div>
    ),
  },
  {
    header: "Last arrived",
    cell: ({ row }) => (row.original.lastSuccessAt ? <Moment at={row.original.lastSuccessAt} /> : copy.never),
  },
  {
    id: "actions",
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row: { original: webhook } }) => (
      <div className="flex justify-end gap-1">
        <Button size="sm" aria-label={`${words.test}: ${webhook.name}`} onClick={() => test(webhook)}>
          {words.test}
        </Button>
        <Menu
          trigger={
            <IconButton label={copy.menu(webhook.name)}>
              <Ellipsis size={16} aria-hidden="true" />
            </IconButton>
          }
          items={[
            { label: words.deliveries, onSelect: () => show(webhook) },
            { label: words.change, onSelect: () => ask({ what: "change", webhook }) },
            { label: webhook.paused ? words.resume : words.pause, onSelect: () => pause(webhook) },
            { label: words.rotate, onSelect: () => ask({ what: "rotate", webhook }) },
            null,
            { label: words.remove, danger: true, onSelect: () => ask({ what: "remove", webhook }) },
          ]}
        />
      </div>
    ),
  },
];
