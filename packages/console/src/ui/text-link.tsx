import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";

const Anchor = ({ className, ...rest }: ComponentProps<"a">) => (
  <a {...rest} className={classNames("text-link", className)} />
);

/** A link to another screen, as text. */
export const TextLink = createLink(Anchor);

/** A link away from the console. Whatever a model or a mail wrote as an address is a link only when it is http(s) or mail. */
export function OutsideLink({ href, children, ...rest }: ComponentProps<"a"> & { href: string }) {
  if (!/^(https?:|mailto:)/i.test(href)) return <span title={href}>{children}</span>;
  return (
    <Anchor {...rest} href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </Anchor>
  );
}
