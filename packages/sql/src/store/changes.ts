import type { Store } from "@holdpoint/core";
import { payloadColumns } from "../columns/payload.ts";
import { trimFeed } from "../operations/feed.ts";
import { run } from "../operations/program.ts";
import { sweep } from "../operations/record.ts";
import { erase, retain } from "../operations/retention.ts";
import { retire } from "../operations/workers.ts";
import type { InNamespace } from "./lookups.ts";

/** Changes that are one transaction of one program, alike in every database. */
export function changes(changing: InNamespace): Pick<Store, "retire" | "cache" | "retain" | "erase" | "sweep"> {
  return {
    retire: (namespace, incarnation) => changing(namespace, (context) => retire(context, incarnation)),
    async cache(namespace, key, value, expiresAt) {
      const columns = payloadColumns(value);
      await changing(namespace, (context) => run("cache", context.namespace, key, ...columns, expiresAt));
    },
    retain: (namespace, request) => changing(namespace, (context) => retain(context, request)),
    erase: (namespace, pk, erasure) => changing(namespace, (context) => erase(context, pk, erasure)),
    async sweep(namespace, now) {
      // A transaction for each batch: others write in between.
      while (await changing(namespace, () => trimFeed()));
      return changing(namespace, (context) => sweep(context, now));
    },
  };
}
