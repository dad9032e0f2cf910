// Every word of the shell, so that another language is another file like this one.

export const copy = {
  product: "Holdpoint",
  skip: "Skip to content",
  navigation: "Main",
  screens: {
    inbox: "Needs you",
    runs: "Runs",
    workflows: "Workflows",
    builder: "Builder",
    schedules: "Schedules",
    annotations: "Annotation",
    metrics: "Metrics",
    settings: "Settings",
  },
  goTo: (screen: string) => `Go to ${screen}`,
  group: "Everywhere",
  palette: "Commands",
  shortcuts: {
    title: "Keyboard shortcuts",
    single: "Single keys do something (switch off if they get in your way)",
    off: "off",
    change: (label: string) => `Keys for “${label}”`,
    reset: "Back to the usual keys",
    hint: "Write a key, two keys one after the other (g i), or with a modifier (mod+k, shift+x). Empty switches it off.",
  },
  account: {
    menu: (name: string) => `Account: ${name}`,
    signOut: "Sign out",
    forgetKey: "Forget the API key",
    outside: "signed in by this machine or a proxy",
    roles: (roles: readonly string[]) => (roles.length === 0 ? "no role" : roles.join(", ")),
  },
  theme: { light: "Light", dark: "Dark", system: "As the machine" },
  themeOf: (name: string) => `Theme: ${name}`,
  more: "More screens",
  docs: "API reference",
  plainInbox: "Inbox without scripts",
  live: {
    lost: (age: string) => `Not connected: this is from ${age} ago. It goes on by itself.`,
    lostNow: "Connection lost. Trying again.",
    stale: (age: string) => `Not connected: this is from ${age} ago. Nothing can be decided until it is back.`,
  },
  notFound: {
    title: "There is no such page",
    detail: "The address may be from an older version, or cut short.",
    home: "Go to what needs you",
  },
  notHere: {
    title: "Not here yet",
    detail: (screen: string) => `${screen} will be on this page. Until then, use the command line:`,
  },
} as const;
