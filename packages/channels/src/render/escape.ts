/** Text for HTML: in elements and in quoted attributes. */
export const html = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

/** Text for Slack's mrkdwn: nobody is mentioned and no link is made (api.slack.com, "Escaping text"). */
export const slackText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Text for the Markdown subset of Adaptive Cards: nothing becomes a link, emphasis, a list or a heading. */
export const cardText = (text: string): string =>
  text
    .replace(/[\\`*_[\]~]/g, "\\$&")
    .replace(/^(\s*)([#>+-]|\d+(?=[.)]))/gm, (_all, space: string, mark: string) =>
      /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`,
    );
