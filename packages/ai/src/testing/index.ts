/**
 * For tests of agents: answers of real models, recorded once and replayed.
 *
 * @example
 * import { cassette } from "@holdpoint/ai/testing";
 */

export { Cassette, CassetteMissError, type CassetteMode, type CassetteOptions, cassette } from "./cassette.ts";
