export const copy = {
  title: "Sign in to Holdpoint",
  provider: "Sign in with your organisation",
  or: "or",
  name: "Name",
  password: "Password",
  code: "Code from your authenticator",
  codeHint: "Only if you set one up.",
  account: "Sign in",
  keyTitle: "With an API key",
  key: "API key",
  keyHint: "Begins with hp_. It is kept for this tab and forgotten when you close it.",
  keyUse: "Use this key",
  keyWrong: "No such key here, or it has ended.",
  noWays:
    "This server signs people in elsewhere (a proxy, or the machine it runs on), and does not know you. An API key works, too.",
  problems: {
    NO_ACCESS: "You are known, but none of your groups may do anything here. Ask an administrator.",
    SIGN_IN_FAILED: "Signing in did not work. Please begin again.",
    SIGN_IN_REFUSED: "You were not signed in: the provider or you yourself refused.",
    PROVIDER_UNREACHABLE: "The provider cannot be reached. Please try again in a while.",
  } as Readonly<Record<string, string>>,
} as const;
