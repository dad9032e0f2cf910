import { messageOf } from "../notice/message.ts";
import type { Channel } from "../notice/notice.ts";
import { textOf } from "../render/text.ts";

/**
 * The terminal of the process that delivers: for development, and for demonstrations.
 *
 * @example
 * terminal({ write: (text) => process.stderr.write(text) });
 */
export function terminal(options: { write?: (text: string) => void } = {}): Channel {
  const write = options.write ?? ((text: string): void => void process.stdout.write(text));
  return {
    private: true,
    about: { type: "terminal", target: null },
    async send(notice) {
      write(`── ${textOf(messageOf(notice)).replaceAll("\n", "\n   ").trimEnd()}\n`);
      return undefined;
    },
  };
}
