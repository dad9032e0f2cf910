import type { Mail } from "../store/store.ts";
import type { Completion } from "./completion.ts";
import { LateMap } from "./late-map.ts";
import type { Call } from "./operation.ts";

interface Line {
  mail: Mail[];
  calls: Call[];
  offered: boolean;
}

/** Signals, kept per name from their delivery on and given to the waits for them in order. */
export class SignalLines {
  private readonly lines = new LateMap<string, Line>();
  private readonly offer: (completion: Completion) => void;

  constructor(offer: (completion: Completion) => void) {
    this.offer = offer;
  }

  receive(mail: Mail): void {
    const line = this.line(mail.key);
    line.mail.push(mail);
    this.match(line);
  }

  wait(name: string, call: Call): void {
    const line = this.line(name);
    line.calls.push(call);
    this.match(line);
  }

  /** Signals nobody has taken yet, in order: what `continueAsNew` carries over. */
  unread(): Mail[] {
    return [...this.lines.values()].flatMap((line) => line.mail).sort((a, b) => a.n - b.n);
  }

  private line(name: string): Line {
    let line = this.lines.get(name);
    if (!line) {
      line = { mail: [], calls: [], offered: false };
      this.lines.set(name, line);
    }
    return line;
  }

  private match(line: Line): void {
    if (line.offered) return;
    while (line.calls[0] && !line.calls[0].open) line.calls.shift();
    const mail = line.mail[0];
    const call = line.calls[0];
    if (!mail || !call) return;
    line.offered = true;
    this.offer({
      seq: mail.n,
      time: mail.at,
      call: null,
      deliver: () => {
        line.offered = false;
        if (!call.open) {
          this.match(line);
          return false;
        }
        line.mail.shift();
        call.handler.onMail?.(mail);
        if (!call.open) line.calls.shift();
        this.match(line);
        return true;
      },
    });
  }
}
