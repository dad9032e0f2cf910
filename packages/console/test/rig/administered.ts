import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { annotation } from "@holdpoint/annotate";
import { type Channel, createOutbox } from "@holdpoint/channels";
import {
  apiKeys,
  localAccounts,
  localIssuer,
  Passwords,
  type SignIn,
  sessions,
  signIn,
  webhooks,
} from "@holdpoint/server";
import { z } from "zod";
import { type Office, openOffice } from "./office.ts";

const secret = "at least 32 characters nobody can guess";

/** Mails that two people label. */
export const labels = annotation({
  name: "mail-labels",
  form: z.object({ label: z.enum(["spam", "ham"]).describe("What it is") }),
  label: ({ label }) => label,
  show: (mail: { subject: string }) => ({ title: `Spam? ${mail.subject}`, context: mail }),
  annotators: { people: ["ana", "ben"], count: 2 },
  adjudicators: { people: ["lea"] },
});

/** An office with everything that is administered: keys, accounts, an issuer, webhooks, annotation queues. */
export async function openAdministeredOffice(): Promise<
  Office & { signIn: SignIn; sent: string[]; said: string[]; receiver: string }
> {
  const sent: string[] = [];
  const receiver = createServer((request, response) => {
    request.on("data", (bytes) => sent.push(String(bytes)));
    request.on("end", () => response.writeHead(204).end());
  });
  const receiverPort = await listening(receiver);
  const said: string[] = [];
  const memo: Channel = {
    private: true,
    about: { type: "memo", target: "the notice board" },
    send: async ({ recipient, hold }) => void said.push(`${recipient.person}: ${hold.title}`) as undefined,
  };
  const down: Channel = { private: false, send: () => Promise.reject(new Error("the pager is off")) };
  const outbox = createOutbox({ channels: { memo, pager: down }, route: () => [] });
  const hooks = webhooks({ secret, allow: ["127.0.0.1"], insecure: true });
  let ways: SignIn | undefined;
  const office = await openOffice(
    (engine, origin) => {
      hooks.attach(engine);
      outbox.attach(engine);
      const people = sessions({ engine, origin });
      ways = signIn({
        sessions: people,
        accounts: localAccounts({ engine, sessions: people, secret, passwords: new Passwords(4) }),
        issuer: localIssuer({ engine, issuer: `${origin}/issuer`, audience: origin, secret }),
      });
      return { keys: apiKeys({ engine, secret }), signIn: ways, webhooks: hooks, annotations: [labels], outbox };
    },
    { workflows: [labels.workflow, ...hooks.workflows, ...outbox.workflows], queues: hooks.queues },
  );
  return {
    ...office,
    sent,
    said,
    receiver: `http://127.0.0.1:${receiverPort}/told`,
    signIn: ways as SignIn,
    stop: async () => {
      await office.stop();
      receiver.close();
    },
  };
}

const listening = (server: ReturnType<typeof createServer>): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
