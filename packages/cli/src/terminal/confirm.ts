import type { Session } from "../command/session.ts";
import { DeclinedError, UsageError } from "../command/usage-error.ts";

/**
 * Asks for a yes. With `--yes` there is no question; without a terminal there is nobody to ask, and `--yes` is required.
 *
 * @throws DeclinedError the answer was no
 */
export async function confirmOrRefuse(session: Session, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!session.terminal.interactive || session.json) throw new UsageError(`${question} add --yes to say so`);
  const { confirm } = await import("@clack/prompts");
  if ((await confirm({ message: question, initialValue: false })) !== true) throw new DeclinedError();
}
