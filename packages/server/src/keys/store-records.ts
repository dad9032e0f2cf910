import { type Engine, HoldpointError } from "@holdpoint/core";
import type { KeyRecords, ReadKey, StoredKey } from "./stored-key.ts";

/** Keys are found before anybody knows whose they are: those of all tenants are here. */
const installation = "_installation";
const kind = "apiKey";
const pageSize = 500;

/** Keys as records of the store an engine works on. */
export function storeKeyRecords(engine: Engine, now: () => number): KeyRecords {
  const { store } = engine;
  return {
    async read(id) {
      await engine.open();
      const row = await store.record(installation, kind, id, now());
      return row && readRow(row);
    },
    async write(key, revision) {
      await engine.open();
      const body = JSON.stringify(key);
      const expected = revision ?? ("absent" as const);
      const [result] = await store.commit(installation, [
        { type: "putRecord", kind, id: key.id, body, expiresAt: null, expected, at: now() },
      ]);
      if (result.type === "refused") throw new HoldpointError("STORE", `the API key was not taken: ${result.reason}`);
      // After an answer that was lost, what stands there is what we wrote.
      return result.type === "put" || result.record?.body === body;
    },
    async claimFirst(namespace) {
      await engine.open();
      const [result] = await store.commit(installation, [
        {
          type: "putRecord",
          kind: "firstKey",
          id: namespace,
          body: "{}",
          expiresAt: null,
          expected: "absent",
          at: now(),
        },
      ]);
      return result.type === "put";
    },
    async list(namespace, prefix) {
      await engine.open();
      const found: StoredKey[] = [];
      for (let after: string | undefined; ; ) {
        const page = { prefix, limit: pageSize, now: now(), ...(after === undefined ? {} : { after }) };
        const rows = await store.records(installation, kind, page);
        found.push(...rows.map((row) => readRow(row).key).filter((key) => key.namespace === namespace));
        after = rows.at(-1)?.id;
        if (rows.length < pageSize) return found;
      }
    },
  };
}

function readRow({ body, revision }: { body: string; revision: number }): ReadKey {
  return { key: JSON.parse(body) as StoredKey, revision };
}
