import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { RequestError } from "../../http/errors.ts";

/** What deriving costs (RFC 7914): N = 2^log2N, block size r, parallelism p. */
interface Cost {
  log2N: number;
  r: number;
  p: number;
}

/** OWASP Password Storage Cheat Sheet: N = 2^17, r = 8, p = 1: 128 MiB and about a third of a second. */
const recommended: Cost = { log2N: 17, r: 8, p: 1 };

const keyBytes = 32;
/** What is derived for somebody who is not there. */
const nobody = { salt: Buffer.alloc(16), hash: Buffer.alloc(keyBytes) };

/**
 * Passwords, kept as scrypt hashes (RFC 7914) with salts of their own. At most two are derived at once, others wait in line: 128 MiB each, and
 * Node has four threads for everything that blocks. Checking takes the same work whether there is a password or not.
 */
export class Passwords {
  private readonly cost: Cost;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param log2N for tests: a lower cost. */
  constructor(log2N = recommended.log2N) {
    this.cost = { ...recommended, log2N };
  }

  /** What is kept: `scrypt$17$8$1$salt$hash`. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(16);
    const { log2N, r, p } = this.cost;
    const hash = await this.derive(password, salt, this.cost);
    return ["scrypt", log2N, r, p, salt.toString("base64url"), hash.toString("base64url")].join("$");
  }

  /** Whether it is the password; with null (nobody, or no password) it works as long and says no. */
  async matches(password: string, kept: string | null): Promise<boolean> {
    const read = kept === null ? null : readKept(kept);
    const { salt, hash } = read ?? nobody;
    const derived = await this.derive(password, salt, read?.cost ?? this.cost);
    return timingSafeEqual(derived, hash) && read !== null;
  }

  /** Whether it was derived more cheaply than it would be now. */
  isWeak(kept: string): boolean {
    return (readKept(kept)?.cost.log2N ?? 0) < this.cost.log2N;
  }

  private async derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
    await this.turn();
    try {
      return await this.work(password, salt, cost);
    } finally {
      // A place that is handed on is never free: nobody takes it in between.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  /** The work itself; open to tests that count it. */
  protected work(password: string, salt: Buffer, { log2N, r, p }: Cost): Promise<Buffer> {
    const options = { N: 2 ** log2N, r, p, maxmem: 2 ** log2N * r * 128 * 2 };
    return new Promise<Buffer>((resolve, reject) => {
      scrypt(password.normalize("NFKC"), salt, keyBytes, options, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  }

  private async turn(): Promise<void> {
    if (this.waiting.length >= 30)
      throw new RequestError(503, "BUSY", "too many sign in at once; try again in a moment", {
        headers: { "retry-after": "5" },
      });
    if (this.running >= 2) await new Promise<void>((go) => this.waiting.push(go));
    else this.running += 1;
  }
}

function readKept(kept: string): { cost: Cost; salt: Buffer; hash: Buffer } | null {
  const found = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/.exec(kept);
  if (found === null) return null;
  const [, log2N, r, p, salt = "", hash = ""] = found;
  const bytes = Buffer.from(hash, "base64url");
  if (bytes.length !== keyBytes) return null;
  return {
    cost: { log2N: Number(log2N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, "base64url"),
    hash: bytes,
  };
}

/**
 * NIST SP 800-63B, 3.1.1.2: length counts, no rules about kinds of characters.
 *
 * @throws RequestError 422 PASSWORD
 */
export function checkPassword(password: string, name: string): void {
  const length = [...password.normalize("NFKC")].length;
  const refuse = (message: string): never => {
    throw new RequestError(422, "PASSWORD", `the password ${message}`, {
      issues: [{ path: "body.password", message }],
    });
  };
  if (length < 12) refuse("must have at least 12 characters: several words are easy to remember");
  if (length > 256) refuse("must have at most 256 characters");
  if (new Set(password).size < 5) refuse("must have more than a few different characters");
  const [bare = ""] = name.split("@");
  if (password.toLowerCase().replaceAll(bare.toLowerCase(), "").length < 8) refuse("must not be made of your name");
}
