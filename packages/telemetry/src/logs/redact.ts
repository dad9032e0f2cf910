/** What stands in the place of what must not be read. */
export const redacted = "[redacted]";

/** Fields whose values are never written, however they are spelt: without case, dashes and underscores. */
const secretFields = [
  "authorization",
  "proxyauthorization",
  "cookie",
  "setcookie",
  "password",
  "passphrase",
  "secret",
  "clientsecret",
  "token",
  "accesstoken",
  "refreshtoken",
  "idtoken",
  "apikey",
  "xapikey",
  "privatekey",
  "credentials",
];

/** How many characters of a text are looked at and kept. */
const longestText = 8192;
const longestPath = 512;

/** Names in a query or behind a # whose values decide, sign in or open. */
const secretName = /token|secret|password|signature|sig|key|code|state|auth|credential/i;

/**
 * Secrets inside of texts, and what is left of each. Strangers write some of these texts: no pattern looks twice at the same characters, so that its
 * work grows with the text and not with its square.
 */
const secretTexts: readonly [RegExp, (found: string, first: string, second: string) => string][] = [
  // The beginning of an API key or of a hook's token may be seen: it says which one it was.
  [/\b(h[pk]_[A-Za-z0-9]{12})_[A-Za-z0-9_-]{20,}/g, (_, id) => `${id}_${redacted}`],
  [/whsec_[A-Za-z0-9+/=_-]{8,}/g, () => `whsec_${redacted}`],
  [/\b(Bearer|Basic|Digest)\s+[\w.~+/=-]{8,}/gi, (_, scheme) => `${scheme} ${redacted}`],
  // Signed tokens: three parts, the first of which begins with `{"`.
  [/\beyJ[\w-]{5,}(\.[\w-]+\.[\w-]*)?/g, (found, rest?: string) => (rest === undefined ? found : redacted)],
  // What a link decides, signs in or opens with: in its query, or behind its #.
  [
    /([?&#;]([\w.-]+)=)[^&#\s"'<>]+/g,
    (found, before, name) => (secretName.test(name) ? `${before}${redacted}` : found),
  ],
  [/(\/[^\s"'<>?#/]*#)[A-Za-z0-9_-]{32,}/g, (_, before) => `${before}${redacted}`],
  // A password in an address.
  [/(\w:\/\/[^\s/:@"'<>]*:)[^\s/@"'<>]+@/g, (_, before) => `${before}${redacted}@`],
];

/** The beginning of a text, up to the end of a word: half a secret would not be known by its looks. */
function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = most;
  while (end > 0 && !/[\s"'<>/]/.test(text.charAt(end - 1))) end--;
  return `${text.slice(0, end)}… [cut]`;
}

/** A field's name without what spellings differ in. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, "");

/** How deep values are looked into; what lies deeper is left out. */
const deepest = 6;
/** How many items of a list are shown. */
const longest = 100;

/** Takes secrets out of the fields and texts of log lines. */
export class Redaction {
  private readonly names: ReadonlySet<string>;

  /** @param fields names of further fields whose values are never written, at any depth */
  constructor(fields: readonly string[] = []) {
    this.names = new Set([...secretFields, ...fields.map(plain)]);
  }

  /** A copy without secrets. Errors become objects with their message, code, details, cause and stack. */
  fields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return this.object(Object.entries(fields), 0, []);
  }

  /** A text without the secrets that can be told by their looks; of a long one the beginning. */
  text(text: string): string {
    let left = beginning(text, longestText);
    for (const [secret, instead] of secretTexts) left = left.replace(secret, instead);
    return left;
  }

  private value(value: unknown, depth: number, above: readonly object[]): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value === "bigint") return `${value}`;
    if (typeof value === "function" || typeof value === "symbol") return undefined;
    if (typeof value !== "object" || value === null) return value;
    if (above.includes(value)) return "[circular]";
    if (depth >= deepest) return "[deeper]";
    const path = [...above, value];
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof Uint8Array) return `[${value.length} bytes]`;
    if (value instanceof URL) return this.text(value.href);
    if (value instanceof Error) return this.object(errorParts(value), depth, path);
    if (value instanceof Map)
      return this.object(
        [...value].map(([key, one]) => [String(key), one]),
        depth,
        path,
      );
    if (value instanceof Headers) return this.object([...value], depth, path);
    if (Array.isArray(value) || value instanceof Set)
      return [...value].slice(0, longest).map((one) => this.value(one, depth + 1, path));
    return this.object(Object.entries(value), depth, path);
  }

  private object(parts: readonly [string, unknown][], depth: number, path: readonly object[]): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const [name, value] of parts) {
      const hidden = this.names.has(plain(name)) && value !== null && value !== undefined;
      Object.defineProperty(copy, name, {
        value: hidden ? redacted : this.value(value, depth + 1, path),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return copy;
  }
}

const usual = new Redaction();

/** A text without the secrets that can be told by their looks: keys, tokens, links that decide, passwords in addresses. */
export const redactText = (text: string): string => usual.text(text);

/** The path of a request as logs and traces have it: without secrets, of a hook's token the public beginning, and of a long path the beginning. */
export function redactPath(path: string): string {
  const text = redactText(beginning(plainLetters(path), longestPath));
  return text.replaceAll(/(hk_[A-Za-z0-9]{12})_[^/]*/g, `$1_${redacted}`);
}

/** A path in which letters, digits, dashes and the like are written as themselves: `%68k_` is `hk_` to the server too. */
function plainLetters(path: string): string {
  return path.replaceAll(/%[2-7][0-9a-f]/gi, (escaped) => {
    const letter = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return /[\w.~-]/.test(letter) ? letter : escaped;
  });
}

function errorParts(error: Error): [string, unknown][] {
  const { name, message, stack, cause } = error;
  const { code, details } = error as { code?: unknown; details?: unknown };
  const parts: [string, unknown][] = [
    ["type", name],
    ["message", message],
    ["code", code],
    ["details", details],
    ["cause", cause],
    ["stack", stack],
  ];
  return parts.filter(([, value]) => value !== undefined);
}
