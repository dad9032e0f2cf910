import { keyText } from "./shortcuts.tsx";

/** The keys of a shortcut, as they are called here: `⌘ ↵`. Not read aloud: what it stands beside says what is done. */
export const Kbd = ({ keys }: { keys: string }) => (
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: it takes no focus
  <kbd
    aria-hidden="true"
    className="hidden rounded-sm border border-current/30 px-1 font-sans text-xs leading-4 opacity-80 md:inline-block"
  >
    {keyText(keys)}
  </kbd>
);
