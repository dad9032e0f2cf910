import type { Migration } from "../../migration/migration.ts";

/** The tables of SQLite's sixth migration in MySQL's types. */
export const records: Migration = {
  version: 3,
  name: "records",
  sql: `
    create table if not exists record (
      pk bigint not null auto_increment primary key,
      namespace bigint not null,
      kind varchar(64) not null,
      id varchar(500) not null,
      revision bigint not null,
      body longtext not null,
      created_at bigint not null,
      updated_at bigint not null,
      expires_at bigint,
      unique key record_by_id (namespace, kind, id),
      key record_by_expiry (namespace, expires_at)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists log_head (
      pk bigint not null auto_increment primary key,
      namespace bigint not null,
      name varchar(64) not null,
      n bigint not null,
      at bigint not null,
      hash varbinary(255),
      unique key log_head_by_name (namespace, name)
    ) engine = InnoDB row_format = dynamic;

    create table if not exists log_line (
      log_pk bigint not null,
      n bigint not null,
      at bigint not null,
      \`key\` varchar(500),
      body longtext not null,
      hash varbinary(255) not null,
      primary key (log_pk, n),
      key log_line_by_time (log_pk, at, n),
      unique key log_line_by_key (log_pk, \`key\`)
    ) engine = InnoDB row_format = dynamic;
  `,
};
