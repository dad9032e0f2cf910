import { HoldpointError } from "@holdpoint/core";

/** A name in a template that leads nowhere: `where` is the place in the template, `reference` is what stands between the braces. */
export interface MissingName {
  readonly where: string;
  readonly reference: string;
}

/** What a template names is not there: a step that has not run, a parameter that was not given. Names every one. */
export class TemplateError extends HoldpointError {
  constructor(missing: readonly MissingName[]) {
    const each = missing.map(({ where, reference }) => `${where ? `${where}: ` : ""}"{{ ${reference} }}" is missing`);
    super("TEMPLATE", `${each.join("; ")}; if it may be, write "{{ name? }}" or an alternative, "{{ name | other }}"`, {
      missing,
    });
  }
}

/** What stands between braces is no name and no alternative. */
export class TemplateSyntaxError extends HoldpointError {
  constructor(reference: string, reason: string) {
    super("TEMPLATE_SYNTAX", `"{{ ${reference} }}" ${reason}`, { reference });
  }
}
