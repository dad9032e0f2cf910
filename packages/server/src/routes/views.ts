import { createHash } from "node:crypto";
import { type Engine, InvalidStateError, NotFoundError } from "@holdpoint/core";
import type { Principal } from "../access/principal.ts";
import { Stored } from "../sign-in/stored.ts";
import type { Handler } from "./call.ts";

interface View {
  name: string;
  query: string;
}

/** So many each person may have. */
const most = 100;

/** The views of a namespace's people, and where a person's begin. */
function viewsOf(engine: Engine, { id }: Principal): { views: Stored<View>; prefix: string } {
  const person = createHash("sha256").update(id).digest("hex");
  return { views: new Stored(engine, "savedView", Date.now, engine.namespace), prefix: `${person}/` };
}

export const listViews: Handler<"me.views"> = async ({ engine, principal }) => {
  const { views, prefix } = viewsOf(engine, principal);
  return { status: 200, body: { items: (await views.list(prefix)).map(({ value }) => value) } };
};

export const putView: Handler<"me.putView"> = async ({ engine, principal, params, body }) => {
  const { views, prefix } = viewsOf(engine, principal);
  const view: View = { name: params.view, query: body.query };
  const id = prefix + params.view;
  for (;;) {
    const known = await views.read(id);
    if (known === null && (await views.list(prefix)).length >= most)
      throw new InvalidStateError(`you have ${most} saved views already: remove one first`);
    const expected = known?.revision ?? ("absent" as const);
    if ((await views.write(id, view, { expected, expiresAt: null })) !== null) return { status: 200, body: view };
  }
};

export const removeView: Handler<"me.removeView"> = async ({ engine, principal, params }) => {
  const { views, prefix } = viewsOf(engine, principal);
  const id = prefix + params.view;
  if ((await views.read(id)) === null) throw new NotFoundError("view", params.view);
  await views.drop(id);
  return { status: 204, body: null };
};
