import { expect, test } from "vitest";
import { redactPath, redactText } from "./redact.ts";

const hook = `hk_${"A1b2".repeat(3)}`;
const token = `${hook}_${"s3cr".repeat(10)}-_x`;

test("of a hook's token and a webhook's secret no text has more than the public beginning", () => {
  const secret = `whsec_${Buffer.alloc(32, 251).toString("base64")}`;
  expect(redactText(`call ${token} with ${secret}, please`)).toBe(
    `call ${hook}_[redacted] with whsec_[redacted], please`,
  );
});

test("a path has nothing of a hook's secret, however it is written or cut", () => {
  const paths = [token, `${hook}_short`, token.replace("hk_", "%68k%5f"), `${hook}%5f${token.slice(16)}`];
  expect(paths.map((path) => redactPath(`/mounted/hooks/${path}/more`))).toEqual(
    paths.map(() => `/mounted/hooks/${hook}_[redacted]/more`),
  );
  const long = redactPath(`/${"a/".repeat(245)}${token}`);
  expect(long).not.toContain("s3cr");
  expect(redactPath("/api/v1/runs/order%20A-7/%zz")).toBe("/api/v1/runs/order%20A-7/%zz");
});

test("no text is looked at for longer than a few KB, and its cut leaves no half of a secret", () => {
  const shapes = [
    "?token",
    "?a",
    "#state",
    "/",
    "/a",
    "eyJ-",
    "eyJaaaaa-",
    "eyJaaaaa.",
    "a.",
    "a-",
    "a://x:",
    "a://",
    " ",
  ];
  for (const shape of shapes) {
    const hostile = shape.repeat(100_000);
    expect(redactText(hostile).length, shape).toBeLessThan(9000);
    expect(redactPath(hostile).length, shape).toBeLessThan(600);
  }
  const secrets = [token, "https://ana:s3cr!s3cr@db.example.com/", `Bearer ${"s3cr".repeat(8)}`, "?key=s3cr!s3cr"];
  for (const secret of secrets)
    for (let kept = 1; kept < secret.length; kept++)
      expect(redactText(`${"word ".repeat(1639).slice(0, 8192 - kept - 1)} ${secret}`)).not.toContain("s3cr");
});

test("signed tokens, queries and addresses are known by their looks, and what only resembles them stays", () => {
  const jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl";
  expect(redactText(`of ${jwt}, x-${jwt} and a.${jwt}`)).toBe("of [redacted], x-[redacted] and a.[redacted]");
  expect(redactText("cursor eyJhIjoxMjM0NX0 of eyJhIjoxMjM0NX0.txt")).toBe(
    "cursor eyJhIjoxMjM0NX0 of eyJhIjoxMjM0NX0.txt",
  );
  expect(redactText("/x?a=1&my.access_token-2=t&b=2#code=c;d=3")).toBe(
    "/x?a=1&my.access_token-2=[redacted]&b=2#code=[redacted]",
  );
  expect(redactText(`/a/b#${"t".repeat(32)} /c#short`)).toBe("/a/b#[redacted] /c#short");
  expect(redactText("postgresql+tls://ana:p:w@db/x http://db:80/x")).toBe(
    "postgresql+tls://ana:[redacted]@db/x http://db:80/x",
  );
});
