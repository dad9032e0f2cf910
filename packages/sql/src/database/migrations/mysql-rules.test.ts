import { describe, expect, test } from "vitest";
import { serverOf } from "../../mysql/server.ts";
import type { MigrationFile } from "./folder.ts";
import { translate } from "./translate.ts";

const written = (text: string, version = "10.11.6-MariaDB"): string => {
  const file: MigrationFile = { version: 1, name: "x", path: "db/V001__x.sql", text, checksum: "", dialect: null };
  return translate(file, "mysql", serverOf(version))
    .map((one) => one.text)
    .join(";");
};
const end = " engine = InnoDB default charset = utf8mb4 collate = utf8mb4_nopad_bin";

describe("a migration for every database, on MySQL and MariaDB", () => {
  test.each([
    ["create table t (id serial primary key)", `create table t (id bigint auto_increment primary key)${end}`],
    [
      "create table t (a text default 'x', b boolean default true)",
      "(a longtext default ('x'), b boolean default true)",
    ],
    ["create table t (a varchar(20) default 'x', b blob, c json)", "(a varchar(20) default 'x', b longblob, c json)"],
    ["create table t (a numeric(10, 2), b real, c uuid)", "(a numeric(10,2), b double, c char(36))"],
    ["create table t (a timestamp not null default now())", "(a datetime(6) not null default (utc_timestamp(6)))"],
    ["update t set a = current_timestamp where length(b) > 1", "set a = (utc_timestamp(6)) where char_length(b) > 1"],
    [
      "create table t (a bigint not null references u (id) on delete set null on update cascade unique, b integer)",
      `(a bigint not null  unique, b integer, foreign key (a) references u (id) on delete set null on update cascade)${end}`,
    ],
    [
      "create table t (a bigint constraint of_u references u (id) default 1)",
      `(a bigint  default 1, constraint of_u foreign key (a) references u (id))${end}`,
    ],
    [
      "alter table t add column a bigint references u (id)",
      "add column a bigint , add foreign key (a) references u (id)",
    ],
    ['insert into "t" ("a b") values (\'c:\\d\')', 'insert into "t" ("a b") values (\'c:\\d\')'],
  ])("%s", (text, wanted) => {
    expect(written(text)).toContain(wanted);
  });

  test("MySQL calls the order of code points differently", () => {
    expect(written("create table t (a integer)", "8.4.3")).toContain("collate = utf8mb4_0900_bin");
  });

  test.each([
    ["create table t (\n a text primary key)", 2, "a longtext cannot be a key on MySQL: write varchar(n)"],
    ["create table t (a varchar unique)", 1, "needs a length on MySQL: varchar(100)"],
    ["create table t (a numeric)", 1, "needs a length on MySQL: numeric(10, 2)"],
    ["create table t (a bigint references u)", 1, "the column that is referenced"],
    ["create table t (a bigint references u (id) deferrable)", 1, "cannot put off the check of a key"],
    ["create unique index i on t (lower(a))", 1, "MariaDB has no index of an expression"],
    ["create index i on t (a) where a > 0", 1, "no index of a part of a table"],
    ["drop index i", 1, "drops an index by its table"],
    ["drop table a, b", 1, "drop them one by one"],
    ["insert into t (a) values (1)\n on conflict (a) do nothing", 2, "MySQL has no on conflict"],
    ["insert into t default values", 1, "MySQL has no default values"],
    ["update t set a = b / 2", 1, "does not cut the division"],
  ])("%j is refused at line %i: %s", (text, line, sentence) => {
    expect(() => written(text)).toThrow(`db/V001__x.sql:${line}: `);
    expect(() => written(text)).toThrow(sentence);
  });
});

describe("a file for MySQL and MariaDB", () => {
  const statements = (text: string): (string | number)[][] => {
    const file: MigrationFile = {
      version: 1,
      name: "x",
      path: "V1__x.mysql.sql",
      text,
      checksum: "",
      dialect: "mysql",
    };
    return translate(file, "mysql").map((one) => [one.line, one.verb]);
  };

  test("is cut into its statements, bodies stay whole", () => {
    const text = `# a comment; with a semicolon
      create table t (a varchar(10) default 'it\\'s; "x"'); -- another;
      create trigger x before insert on t for each row
      begin
        declare n int default if(1, 2, 3);
        if (n > 1) then set n = 1; end if;
        if exists (select 1 from t) then drop temporary table if exists u; end if;
        case n when 1 then set n = 2; else set n = 3; end case;
        while n < 9 do set n = n + 1; end while;
        set new.a = repeat('y', 3);
      end;
      create trigger y before update on t for each row set new.a = 'z';
      insert into t values ("b;c");`;
    expect(statements(text)).toEqual([
      [2, "create"],
      [3, "create"],
      [12, "create"],
      [13, "insert"],
    ]);
  });

  test.each([
    ["select 1;\ndelimiter //", 2, "delimiter is a word of MySQL's own client"],
    ["start transaction; select 1; commit;", 1, "leave its beginning and its end to holdpoint"],
    ["create procedure p() begin select 1;", 1, "has a begin without its end"],
  ])("%j is refused at line %i: %s", (text, line, sentence) => {
    expect(() => statements(text)).toThrow(`V1__x.mysql.sql:${line}: ${sentence}`.slice(0, 17));
    expect(() => statements(text)).toThrow(sentence);
  });
});
