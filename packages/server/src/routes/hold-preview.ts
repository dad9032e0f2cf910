import { holdText, messageOf, slackOf, textOf } from "@holdpoint/channels";
import type { Hold } from "@holdpoint/core";
import type { Reply } from "./call.ts";

type Preview = Reply<"pipelines.dryRun">["body"]["holds"][number]["preview"];

/** A text that nobody reads to its end in a preview is cut, in characters. */
const most = 20_000;

/** What a hold looks like where it is told of: the words of the channels themselves, without a link, as nobody is told. */
export function holdPreview(hold: Hold): Preview {
  const happening = { n: 1, action: "opened", actor: null, channel: "engine", at: hold.openedAt };
  const message = messageOf({
    ...{ id: hold.id, kind: "asked", hold, happening, recipient: { channel: "preview" }, link: null },
  });
  const { blocks } = slackOf(message);
  return {
    subject: message.subject,
    mail: textOf(message),
    slack: blocks.flatMap((block): Preview["slack"] => {
      if (block.type === "actions") return [];
      if ("fields" in block) return [{ type: "fields", texts: block.fields.map(({ text }) => text) }];
      return [{ type: block.type, texts: [block.text.text] }];
    }),
    text: holdText(hold).slice(0, most),
  };
}
