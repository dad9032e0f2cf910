/**
 * Behind a list of rows that came as parameters: a limit, which takes none away, for the sake of the plan. How long the list is the
 * server does not know when it makes the plan that it keeps; it thinks of ten rows and, behind a limit it does not know either, of one.
 * Then it looks each of them up by its key. For ten it read a whole index, as long as the table was small: 0.9 ms for what takes 0.1,
 * and more with every run.
 *
 * @param parameter number of the parameter that has the length of the list
 */
export const few = (parameter: number): string => `limit (select $${parameter}::bigint)`;
