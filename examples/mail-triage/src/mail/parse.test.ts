import { expect, test } from "vitest";
import { tokensOf } from "../classifier/tokens.ts";
import { parseMail } from "./parse.ts";

const mail = (text: string): Uint8Array => Buffer.from(text, "latin1");

test("charset and transfer encoding are undone", async () => {
  const parsed = await parseMail(
    mail(
      "From: =?utf-8?B?SsO2cmc=?= <j@example.com>\nSubject: =?koi8-r?B?8NLJ18XU?=\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe=\n, dear",
    ),
  );
  expect(parsed.from?.name).toBe("Jörg");
  expect(parsed.subject).toBe("Привет");
  expect(parsed.text).toContain("Grüße, dear");
  expect(parsed.problems).toEqual([]);
});

test("both halves of an alternative are read, and attachments are named", async () => {
  const parsed = await parseMail(
    mail(
      [
        "From: a@example.com",
        "Content-Type: multipart/mixed; boundary=outer",
        "",
        "--outer",
        "Content-Type: multipart/alternative; boundary=inner",
        "",
        "--inner",
        "Content-Type: text/plain",
        "",
        "plain words",
        "--inner",
        "Content-Type: text/html",
        "",
        "<p>marked <b>up</b></p><a href='http://example.com/x'>here</a>",
        "--inner--",
        "--outer",
        'Content-Type: application/octet-stream; name="run.exe"',
        "Content-Transfer-Encoding: base64",
        "",
        "AAAA",
        "--outer--",
      ].join("\r\n"),
    ),
  );
  expect(parsed.text).toContain("plain words");
  expect(parsed.text).toContain("marked up");
  expect(parsed.html?.links).toEqual(["http://example.com/x"]);
  expect(parsed.attachments).toEqual([{ name: "run.exe", type: "application/octet-stream" }]);
});

test.each([
  ["nothing at all", ""],
  ["no headers", "just a line"],
  ["headers only", "From: a@example.com\nSubject: x"],
  ["a boundary that never comes", "From: a@b.c\nContent-Type: multipart/mixed; boundary=zz\n\nlost text"],
  ["an unknown charset", "From: a@b.c\nContent-Type: text/plain; charset=x-made-up\n\ncaf\xe9"],
  ["bytes that are no text", `From: a@b.c\n\n\0\xff\xfe${"\x01".repeat(500)}`],
  ["parts nested too deep", `From: a@b.c\n${deep(60)}`],
])("a broken mail is parsed as far as it goes: %s", async (_, text) => {
  const parsed = await parseMail(mail(text));
  expect(typeof parsed.text).toBe("string");
  expect(parsed.bytes).toBe(text.length);
});

function deep(levels: number): string {
  if (levels === 0) return "Content-Type: text/plain\n\ncore";
  return `Content-Type: multipart/mixed; boundary=b${levels}\n\n--b${levels}\n${deep(levels - 1)}\n--b${levels}--`;
}

test("a huge part is cut, and the mail says so", async () => {
  const parsed = await parseMail(mail(`From: a@example.com\n\n${"many words and more ".repeat(200_000)}`));
  expect(parsed.text.length).toBeLessThanOrEqual(60_000);
  expect(parsed.problems).toEqual(["only the first 2 MB were read"]);
});

test("what machines on the way and the collectors added changes nothing that the classifier sees", async () => {
  const written = [
    "From: Joe <joe@example.com>",
    "To: list@example.com",
    "Message-Id: <1@example.com>",
    "X-Mailer: Pine",
    "Subject: Re: the roof",
    "",
    "I think the roof can wait.",
  ];
  const travelled = [
    "From list-admin@example.com  Thu Aug 22 12:36:23 2002",
    "Return-Path: <list-admin@example.com>",
    "Delivered-To: zzzz@localhost.netnoteinc.com",
    "Received: from phobos [127.0.0.1] by localhost with IMAP (fetchmail-5.9.0)",
    "X-Spam-Status: Yes, hits=20.0",
    "X-Spam-Flag: YES",
    "Sender: list-admin@example.com",
    "Precedence: bulk",
    "List-Id: The list <list.example.com>",
    "Date: Thu, 22 Aug 2002 17:17:19 +0100",
    ...written.map((line) => line.replace("Subject: Re: the", "Subject: Re: [LIST] the")),
    "",
    "_______________________________________________",
    "The mailing list",
    "http://lists.example.com/mailman/listinfo/list",
  ];
  const seen = async (lines: string[]): Promise<string[]> =>
    tokensOf(await parseMail(mail(lines.join("\n"))), () => true);
  const plain = await seen(written);
  expect(plain).toContain("fact:subject begins with Re:");
  expect(plain).toContain("roof");
  expect(await seen(travelled)).toEqual(plain);
});
