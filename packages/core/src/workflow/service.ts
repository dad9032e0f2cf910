/**
 * A typed name under which an engine is given something that workflows need: a client, a pool, a clock of your own.
 *
 * @example
 * const mailer = service<Mailer>("mailer");
 * createEngine({ store, workflows, services: [mailer.provide(new SmtpMailer())] });
 * // in a workflow: ctx.service(mailer).send(…)   (inside a step)
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
