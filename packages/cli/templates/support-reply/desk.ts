/** Stands for your model and your mail system: replace the bodies by real calls. */
export const model = {
  /** Writes a reply and says how sure it is, from 0 to 1. */
  async draft(question: string) {
    const known = /opening hours|address/i.test(question);
    return known
      ? { text: "We are open from 9 to 17, Monday to Friday.", confidence: 0.97 }
      : { text: "Thank you for writing. We will look into it.", confidence: 0.41 };
  },
};

export const outbox = {
  /** `key` is the same in every attempt: a mail provider sends a mail only once with it. */
  async send(to: string, text: string, key: string) {
    return { to, characters: text.length, key };
  },
};
