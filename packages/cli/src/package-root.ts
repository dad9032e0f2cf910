/**
 * Where this package's `package.json` and `templates` are. A bundled file stands directly in `dist`, wherever in `src` it was: only here,
 * directly in `src`, is the way up the same from both.
 */
export const packageRoot = new URL("..", import.meta.url);
