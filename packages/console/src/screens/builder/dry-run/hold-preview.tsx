import { useState } from "react";
import { Tabs } from "../../../ui/tabs.tsx";
import { copy } from "./copy.ts";
import type { AskedHold } from "./use-dry-run.ts";

const words = copy.hold;
type Preview = AskedHold["preview"];

/** What the question looks like in mail, in Slack and as text, in the channels' own words. Nothing is sent. */
export function HoldPreview({ preview }: { preview: Preview }) {
  const [channel, setChannel] = useState("mail");
  const contents = {
    mail: <Letter text={`${words.subject(preview.subject)}\n\n${preview.mail}`} />,
    slack: <SlackMessage blocks={preview.slack} />,
    text: <Letter text={preview.text} />,
  };
  return (
    <details>
      <summary className="cursor-pointer text-sm text-muted">{words.preview}</summary>
      <div className="grid gap-2 pt-2">
        <Tabs
          label={words.preview}
          value={channel}
          onChange={setChannel}
          tabs={Object.entries(contents).map(([value, content]) => ({
            ...{ value, content },
            label: words.previews[value as keyof typeof contents],
          }))}
        />
        <p className="text-xs text-muted">{words.previewHint}</p>
      </div>
    </details>
  );
}

const Letter = ({ text }: { text: string }) => (
  <pre className="rounded-md bg-sunken p-3 font-mono text-xs wrap-anywhere whitespace-pre-wrap">{text.trimEnd()}</pre>
);

/** Slack's blocks as Slack lays them out: a bold head, texts, and fields side by side. */
const SlackMessage = ({ blocks }: { blocks: Preview["slack"] }) => (
  <div className="grid gap-2 rounded-md border-l-3 border-line-strong bg-sunken p-3 text-sm wrap-anywhere">
    {blocks.map(({ type, texts }, n) =>
      type === "header" ? (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no name and never change places
        <p key={n} className="font-semibold">
          {texts[0]}
        </p>
      ) : (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no name and never change places
        <div key={n} className={type === "fields" ? "grid grid-cols-2 gap-2" : undefined}>
          {texts.map((text, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: texts have no name and never change places
            <p key={at} className="whitespace-pre-wrap">
              {text}
            </p>
          ))}
        </div>
      ),
    )}
  </div>
);
