import type { Permission, Role } from "../access/roles.ts";

/** An API key as it is kept: everything but the key itself. Times are milliseconds since 1970. */
export interface StoredKey {
  /** Its public beginning: `hp_…`. */
  id: string;
  /** Keyed hash of the whole key, hex. */
  hash: string;
  name: string;
  person: string;
  namespace: string;
  roles: Role[];
  scopes: Permission[] | null;
  /** The workflows its roles are limited to; null (or absent, in older ones) for all. */
  workflows?: string[] | null;
  createdBy: string | null;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
  revokedAt: number | null;
  replacedBy: string | null;
}

/** A key with the revision it was read at. */
export interface ReadKey {
  key: StoredKey;
  revision: number;
}

/** Where keys are kept. */
export interface KeyRecords {
  read(id: string): Promise<ReadKey | null>;
  /** Writes it where it is at that revision still (null: where there is none); says whether it was. */
  write(key: StoredKey, revision: number | null): Promise<boolean>;
  /** True for one caller only, ever: whoever makes a namespace's first key. */
  claimFirst(namespace: string): Promise<boolean>;
  /** All of a namespace whose id begins so, by id. */
  list(namespace: string, prefix: string): Promise<StoredKey[]>;
}
