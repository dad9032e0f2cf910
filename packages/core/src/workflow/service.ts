/**
 * A typed name under which an engine is given something that workflows need: a client, a pool, a clock of your own.
 *
 * @example
 * interface Mailer {
 *   send(to: string): Promise<void>;
 * }
 * const mailer = service<Mailer>("mailer");
 * const greet = workflow({ name: "greet" }, async (ctx) => {
 *   await ctx.step("send", () => ctx.service(mailer).send("ana@example.com"));
 * });
 * createEngine({ store, workflows: [greet], services: [mailer.provide({ send: async () => {} })] });
 */
export interface ServiceToken<T> {
  /** Unique among an engine's services. */
  readonly name: string;
  /** The service itself, for `createEngine({ services })`. */
  provide(value: T): ProvidedService;
}

/** A token with its value, for `createEngine({ services })`. */
export interface ProvidedService {
  /** The token's. */
  readonly name: string;
  /** What `ctx.service` gives. */
  readonly value: unknown;
}

/**
 * Names a service: the token under which an engine is given it and workflows get it, with its type.
 *
 * @example
 * const clientOf = service<{ get(path: string): Promise<string> }>("client");
 */
export function service<T>(name: string): ServiceToken<T> {
  return { name, provide: (value) => ({ name, value }) };
}
