import type { NodeArguments } from "../types.ts";

/**
 * A kind of node of your own: extend it, and give the graph an instance. What `execute` gives goes into the state; it is a step,
 * done once and recorded.
 *
 * @example
 * class Translate extends AbstractWorkflowNode<{ text: string }> {
 *   execute({ text }: { text: string }) {
 *     return { text: text.toUpperCase() };
 *   }
 * }
 * const shout = graph("shout").custom(new Translate("translate")).entry("translate").build();
 */
export abstract class AbstractWorkflowNode<S = Record<string, unknown>, Id extends string = string> {
  /** Unique in its graph. */
  readonly name: Id;
  /** What kind of node it is, for lists. */
  readonly nodeType: string;

  constructor(name: Id, nodeType = "custom") {
    this.name = name;
    this.nodeType = nodeType;
  }

  /** Does the work: gets the state, gives what is to be merged into it. */
  abstract execute(state: S, args: NodeArguments<S>): unknown;
}
