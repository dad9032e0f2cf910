import { type ConsoleFile, type ConsoleFiles, fileOf } from "./console-files.ts";

/** What the page is told of where it is. */
export interface ConsolePlace {
  /** What stands before the application's own paths: "" or "/holdpoint". */
  base: string;
  /** Ways to sign in besides API keys. */
  signIn: { path: string; provider: boolean; accounts: boolean } | null;
}

/**
 * What may run and load in the console: files of this server. No script or style that stands in a page, nothing from elsewhere, no
 * text that becomes script (Trusted Types), no frame around it.
 */
const policy = [
  "default-src 'none'",
  ...["script", "style", "img", "font", "connect", "manifest"].map((kind) => `${kind}-src 'self'`),
  ...["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"],
  ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
].join("; ");

const marker = '<meta name="holdpoint-place" content="">';

/** Answers for a path below the console's: its files, and its page for every screen it has. */
export async function serveConsole(files: ConsoleFiles, request: Request, path: string, place: ConsolePlace) {
  if (request.method !== "GET" && request.method !== "HEAD")
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  const asset = files.file(path);
  if (asset !== null && path !== "index.html") {
    const hashed = path.startsWith("assets/");
    return send(request, asset, hashed ? "public, max-age=31536000, immutable" : "no-cache");
  }
  // A screen has no dot in the last part of its path; what has one was a file, of an older version perhaps.
  if (path.startsWith("assets/")) return new Response(null, { status: 404 });
  const index = files.file("index.html");
  if (index === null) return new Response(null, { status: 404 });
  return send(request, pageAt(index, place), "no-cache");
}

/** The page with its place in it, and its files by their whole paths: a screen may be many segments deep. */
function pageAt(index: ConsoleFile, place: ConsolePlace): ConsoleFile {
  const html = index.bytes
    .toString("utf8")
    .replace(marker, () => `<meta name="holdpoint-place" content="${escaped(JSON.stringify(place))}">`)
    .replaceAll('="./', () => `="${escaped(place.base)}/console/`);
  return fileOf(Buffer.from(html), index.type);
}

async function send(request: Request, file: ConsoleFile, caching: string): Promise<Response> {
  const headers = {
    "content-type": file.type,
    "content-security-policy": policy,
    "cache-control": caching,
    vary: "accept-encoding",
    etag: file.etag,
  };
  if (request.headers.get("if-none-match") === file.etag) return new Response(null, { status: 304, headers });
  const accepts = /\bbr\b/.test(request.headers.get("accept-encoding") ?? "");
  const brotli = accepts ? await file.brotli() : null;
  const body = brotli ?? file.bytes;
  return new Response(request.method === "HEAD" ? null : body, {
    headers: {
      ...headers,
      "content-length": `${body.length}`,
      ...(brotli === null ? {} : { "content-encoding": "br" }),
    },
  });
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
