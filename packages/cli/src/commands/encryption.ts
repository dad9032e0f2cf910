import { randomBytes } from "node:crypto";
import { type EncryptionStatus, encryptionStatus, type RotationReport, rotateEncryption } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";

/** `holdpoint encryption`: the keys that the project's data is encrypted with. */
export const encryptionCommand: CommandFactory = (context) => {
  const command = newCommand(
    "encryption",
    "encrypted payloads: which keys are in use, rewrap with the current one, make a key",
    ["holdpoint encryption status", "holdpoint encryption rotate"],
  ).enablePositionalOptions();
  const show = newCommand("status", "which keys wrap how many data keys", ["holdpoint encryption status"]).action(
    perform(context, (session) =>
      session.withEngine(async (engine) => {
        const status = await encryptionStatus(engine.store, engine.namespace);
        session.result(status, () => statusLines(status));
      }),
    ),
  );
  const rotate = newCommand(
    "rotate",
    "wrap every data key with the current key",
    ["holdpoint encryption rotate", "holdpoint encryption rotate --batch 500"],
    "Wraps every data key with the first key of the ring. Values are not encrypted anew. Works while everything is running; stopped at any point, the same command goes on where it was. Afterwards the old key is not needed any more.",
  )
    .option("--batch <n>", "how many data keys in one transaction (default 100)")
    .action(
      perform(context, (session, options: { batch?: string }) =>
        session.withEngine((engine) => rotateAll(session, engine.store, engine.namespace, batchOf(options.batch))),
      ),
    );
  const key = newCommand("key", "make a key; its text is shown once", ["holdpoint encryption key 2026-11"])
    .argument("<id>", "what it is called: the date, say")
    .action(
      perform(context, async (session, id: string) => {
        if (!/^[\w.@/-]{1,200}$/.test(id))
          throw new UsageError("the id must be 1 to 200 letters, digits and . _ @ / -");
        const text = `${id}:${randomBytes(32).toString("base64")}`;
        session.result({ key: text }, () => [text]);
        session.note("put it first in HOLDPOINT_ENCRYPTION_KEYS, or in its file; who loses it loses the data");
      }),
    );
  return command.addCommand(show).addCommand(rotate).addCommand(key);
};

async function rotateAll(
  session: Session,
  store: Parameters<typeof rotateEncryption>[0],
  namespace: string,
  batch: number,
): Promise<void> {
  let at: RotationReport = { rewrapped: 0, current: 0 };
  const work = rotateEncryption(store, namespace, { batch, progress: (report) => void (at = report) });
  const report = await session.progress("rewrapping data keys", work, () => `${at.rewrapped + at.current}`);
  const { current } = await encryptionStatus(store, namespace);
  session.result({ namespace, key: current, ...report }, () => [
    `${session.terminal.paint("green", "✓")} ${report.rewrapped} data keys were rewrapped with "${current}", ${report.current} were already`,
  ]);
}

function batchOf(text: string | undefined): number {
  const batch = Number(text ?? 100);
  if (Number.isInteger(batch) && batch >= 1 && batch <= 1000) return batch;
  throw new UsageError(`--batch: "${text}" must be a whole number from 1 to 1000`);
}

function statusLines({ namespace, current, dataKeys, wrappedWith }: EncryptionStatus): string[] {
  const others = Object.entries(wrappedWith).sort(([a], [b]) => a.localeCompare(b));
  return [
    `namespace "${namespace}": ${dataKeys} data keys, new ones are wrapped with "${current}"`,
    ...others.map(([id, count]) => `  ${id}  ${count}${id === current ? "" : "  (holdpoint encryption rotate)"}`),
  ];
}
