import { workflow } from "holdpoint";

/** A run that waits for a person, and then takes one step. */
export const held = workflow({ name: "held" }, async (ctx) => {
  await ctx.approve("go on", { title: "Go on?" });
  await ctx.step("after", () => 1);
});
