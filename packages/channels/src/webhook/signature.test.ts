import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { InvalidTokenError, signWebhook, verifyWebhook, webhook } from "../index.ts";

const secretOf = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString("base64")}`;
const [one, two] = [secretOf(1), secretOf(2)];
const body = '{"type":"hold.asked","data":{"title":"Grüße"}}';
const headersOf = (given: object): Headers => new Headers(given as Record<string, string>);

describe("Standard Webhooks", () => {
  test("what we sign, the reference implementation takes; with each of two secrets while a receiver changes over", () => {
    const headers = signWebhook([one, two], "msg_1", new Date(), body);
    for (const secret of [one, two]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(secretOf(3)).verify(body, headers)).toThrow();
  });

  test("what the reference implementation signs, we take", () => {
    const at = new Date();
    const signature = new Webhook(two).sign("msg_2", at, body);
    const headers = headersOf({
      "webhook-id": "msg_2",
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": signature,
    });
    expect(verifyWebhook([one, two], headers, body)).toBe("msg_2");
  });

  test("anything changed, missing, forged or old is refused", () => {
    const at = new Date();
    const good = signWebhook([one], "msg_1", at, body);
    const refused = (headers: object, text = body, now = at): void =>
      expect(() => verifyWebhook([one], headersOf(headers), text, now)).toThrow(InvalidTokenError);
    expect(verifyWebhook([one], headersOf(good), body)).toBe("msg_1");
    refused(good, `${body} `);
    refused({ ...good, "webhook-id": "msg_2" });
    refused({ ...good, "webhook-timestamp": String(Number(good["webhook-timestamp"]) + 1) });
    refused({ ...good, "webhook-signature": "v1," });
    refused({ ...good, "webhook-signature": good["webhook-signature"].replace("v1,", "v1a,") });
    refused(signWebhook([two], "msg_1", at, body));
    refused({});
    refused(good, body, new Date(at.getTime() + 301_000));
    refused(good, body, new Date(at.getTime() - 301_000));
  });

  test("a secret that is none is refused when it is configured", () => {
    for (const secret of ["", "hunter2", "whsec_c2hvcnQ=", []])
      expect(() => webhook({ url: "https://example.com", secret })).toThrow("secret");
  });
});
