export { type CopyOptions, type CopyProgress, type CopyReport, copyStore } from "./copy/copy-store.ts";
export { type Database, type DatabaseOptions, database } from "./database/database.ts";
export {
  type MigrationOptions,
  type MigrationReport,
  type MigrationState,
  migrateDatabase,
  migrationStatus,
} from "./database/migrations/migrate-database.ts";
export type { OpenSqlite, SqliteDriver, SqlRow, SqlStatement, SqlValue } from "./driver/driver.ts";
export { mysql } from "./mysql/mysql-store.ts";
export type { MysqlOptions } from "./mysql/options.ts";
export type { PostgresOptions } from "./postgres/options.ts";
export { postgres } from "./postgres/postgres-store.ts";
export type { SqliteOptions } from "./sqlite/options.ts";
export { sqlite } from "./sqlite/sqlite-store.ts";
