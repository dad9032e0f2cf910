export const copy = {
  title: "Choose your password",
  text: "You were invited to this Holdpoint, or your password was reset. The link is good once.",
  password: "New password",
  hint: "At least 12 characters. A few words are easier to remember than signs.",
  again: "Once more",
  differ: "The two are not the same.",
  submit: "Set this password",
  missing: "This link is not whole. Open it again as you were sent it, or ask for another one.",
  off: "This server keeps no accounts, so there is nothing to accept. Ask whoever sent you the link.",
  done: "Your password is set",
  doneText: "Sign in with your name and this password.",
  signIn: "Go to sign-in",
} as const;
