import { createHash } from "node:crypto";
import { Agent, get, type IncomingMessage } from "node:http";

/** Listeners in a process of their own: `url key how-many events`. Each is cut off again and again, and says what it has read. */
const [url = "", key = "", many = "", expected = ""] = process.argv.slice(2);
const events = Number(expected);
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

/** What one has read: how many, a digest of their ids in order, how often it was cut off. */
interface Heard {
  count: number;
  digest: string;
  cuts: number;
}

function listen(n: number): Promise<Heard> {
  const { promise, resolve } = Promise.withResolvers<Heard>();
  const digest = createHash("sha1");
  let [count, cuts, place] = [0, 0, ""];
  let connected = false;
  const connect = (): void => {
    // Somewhere else for each, and each time.
    const cutAfter = count + 700 + ((n * 7919 + cuts * 104_729) % 4_000);
    let rest = "";
    const headers = { authorization: `Bearer ${key}`, ...(place === "" ? {} : { "last-event-id": place }) };
    const request = get(`${url}/api/v1/events?type=run.started`, { agent, headers }, (response: IncomingMessage) => {
      if (response.statusCode !== 200) return void response.resume();
      response.setEncoding("utf8").on("data", (text: string) => {
        const frames = (rest + text).split("\n\n");
        rest = frames.pop() ?? "";
        for (const frame of frames) {
          if (!frame.startsWith("id: ")) continue;
          const end = frame.indexOf("\n");
          place = frame.slice(4, end < 0 ? undefined : end);
          if (end < 0) continue;
          const at = frame.indexOf('"run":{"id":"') + 13;
          digest.update(frame.slice(at, frame.indexOf('"', at))).update(" ");
          count++;
          if (count === events || count === cutAfter) break;
        }
        if (count < events && count < cutAfter) return;
        response.removeAllListeners("data");
        if (count < events) cuts++;
        request.destroy();
      });
    });
    request.on("error", () => {});
    // However it ended: whoever has not read everything comes back.
    request.once("close", () => {
      if (count === events) resolve({ count, digest: digest.digest("hex"), cuts });
      else setTimeout(connect, 50);
    });
    request.once("response", () => {
      if (!connected) process.send?.("connected");
      connected = true;
    });
  };
  connect();
  return promise;
}

const heard = await Promise.all(Array.from({ length: Number(many) }, (_, n) => listen(n)));
process.send?.(heard, () => process.exit(0));
