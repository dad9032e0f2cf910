/** The host an address leads to: what of it may be shown, since a path or a password may be a secret. Null for no address. */
export const hostOfUrl = (url: string): string | null => (URL.canParse(url) ? new URL(url).host || null : null);
