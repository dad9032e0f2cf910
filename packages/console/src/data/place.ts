/** Where this page is served, as the server wrote it into the page. */
export interface Place {
  /** What stands before the server's own paths: "" or "/holdpoint". */
  base: string;
  /** Ways to sign in besides API keys; null where the server has none. */
  signIn: { path: string; provider: boolean; accounts: boolean } | null;
}

/** The page's place. Without a server's word (Vite's own server) it is the root. */
export function readPlace(page: Document = document): Place {
  const content = page.querySelector('meta[name="holdpoint-place"]')?.getAttribute("content") ?? "";
  return content === "" ? { base: "", signIn: null } : (JSON.parse(content) as Place);
}
