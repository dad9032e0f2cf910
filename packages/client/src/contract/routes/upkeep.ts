import { z } from "zod";
import { Channel, ChannelTest } from "../channel.ts";
import { Retained, Retention } from "../retention.ts";
import { route } from "../route.ts";
import { word } from "../text.ts";

const nothing = z.strictObject({});

export const upkeepRoutes = {
  "channels.list": route({
    tag: "Channels",
    summary: "List channels",
    description:
      "The ways to people that the outbox has, with how their messages arrive. Empty where there is no outbox.",
    permission: "channels:manage",
    success: { 200: z.object({ items: z.array(Channel) }) },
  }),
  "channels.test": route({
    tag: "Channels",
    summary: "Send a test message to yourself",
    description:
      "At once, and without a record: nothing can be decided by it. Mail goes to the address that the directory has of you: 409 where it has none. `ok` says whether the channel took it.",
    permission: "channels:manage",
    params: z.object({ channel: word() }),
    body: nothing.meta({ id: "TestChannel" }),
    success: { 200: ChannelTest },
  }),
  "retention.show": route({
    tag: "Retention",
    summary: "Show what stays how long, and how much there is",
    permission: "retention:manage",
    success: { 200: Retention },
  }),
  "retention.run": route({
    tag: "Retention",
    summary: "Remove now what has had its time",
    description:
      "At most 2,000 runs, with all they called: ask again while `more` is true. A worker does so by itself every ten minutes.",
    permission: "retention:manage",
    body: nothing.meta({ id: "RunRetention" }),
    success: { 200: Retained },
  }),
};
