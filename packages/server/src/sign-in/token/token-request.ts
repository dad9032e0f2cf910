/** Who asks the token endpoint for a token. */
interface TokenRequest {
  id: string;
  secret: string;
}

/** Why it gets none (RFC 6749, 5.2). */
interface TokenRefusal {
  error: "invalid_request" | "invalid_client" | "unsupported_grant_type" | "invalid_scope";
  description: string;
}

const largest = 8192;

/** A request for client credentials: the secret as HTTP Basic or in the form, never both (RFC 6749, 2.3). */
export async function readTokenRequest(request: Request): Promise<TokenRequest | TokenRefusal> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return refusal("invalid_request", "send a form");
  const text = await readAtMost(request, largest);
  if (text === null) return refusal("invalid_request", "the form is too large");
  const form = new URLSearchParams(text);
  const names = [...form.keys()];
  if (new Set(names).size < names.length) return refusal("invalid_request", "a field is there twice");
  if (form.get("grant_type") !== "client_credentials")
    return refusal("unsupported_grant_type", "only client_credentials");
  if (form.has("scope")) return refusal("invalid_scope", "there are no scopes: a client's roles say what it may do");
  const header = request.headers.get("authorization");
  const id = form.get("client_id");
  const secret = form.get("client_secret");
  if (header === null)
    return id !== null && secret !== null ? { id, secret } : refusal("invalid_client", "say who you are");
  const basic = readBasic(header);
  if (secret !== null) return refusal("invalid_request", "say who you are in one way, not in two");
  if (basic === null) return refusal("invalid_client", "the Authorization header is not HTTP Basic");
  return id === null || id === basic.id
    ? basic
    : refusal("invalid_request", "the header and the form name two clients");
}

const refusal = (error: TokenRefusal["error"], description: string): TokenRefusal => ({ error, description });

function readBasic(header: string): TokenRequest | null {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1];
  const text = encoded === undefined ? "" : Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) return null;
  const plain = (part: string): string => {
    try {
      return decodeURIComponent(part.replaceAll("+", " "));
    } catch {
      return part;
    }
  };
  return { id: plain(text.slice(0, colon)), secret: plain(text.slice(colon + 1)) };
}

async function readAtMost(request: Request, bytes: number): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let read = 0;
  for await (const part of request.body ?? []) {
    read += part.length;
    if (read > bytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
