/**
 * A typed name under which an engine is given something that workflows need: a client, a pool, a clock of your own.
 *
 * @example
 * const mailer = service<Mailer>("mailer");
 * createEngine({ store, workflows, services: [mailer.provide(new SmtpMailer())] });
 * // in a workflow: ctx.service(mailer).send(…)   (inside a step)
 */
export interface ServiceToken<T> {
  readonly name: string;
  provide(value: T): ProvidedService;
}

/** A token with its value, for `createEngine({ services })`. */
export interface ProvidedService {
  readonly name: string;
  readonly value: unknown;
}

export function service<T>(name: string): ServiceToken<T> {
  return { name, provide: (value) => ({ name, value }) };
}
