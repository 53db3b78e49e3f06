import { FieldDefinition, type Schema } from '@apollo/federation-internals';

/** `percent(12.5)`: on for that share of the operations. */
const PERCENT = /^percent\((\d+(?:\.\d+)?)\)$/;

/** The labels of progressive `@override`s in one supergraph: where a field is resolved depends on which of them are on. */
export class OverrideLabels {
  readonly #byType = new Map<string, Set<string>>();

  /** @param supergraph with its directives */
  constructor(supergraph: Schema) {
    for (const application of supergraph.directive('join__field')?.applications() ?? []) {
      const { overrideLabel }: Record<string, unknown> = application.arguments();
      const { parent } = application;
      if (typeof overrideLabel !== 'string' || !(parent instanceof FieldDefinition)) continue;
      const labels = this.#byType.get(parent.parent.name) ?? new Set();
      this.#byType.set(parent.parent.name, labels.add(overrideLabel));
    }
  }

  get isEmpty(): boolean {
    return this.#byType.size === 0;
  }

  /**
   * The labels that the plan of an operation on these types may depend on, in an order that is always the same. All of a
   * type: the planner asks for its keys too. (Composition refuses a `@requires` on a field that has a label.)
   */
  of(types: Iterable<string>): string[] {
    const labels = [...types].flatMap((type) => [...(this.#byType.get(type) ?? [])]);
    return [...new Set(labels)].sort();
  }
}

/** Whether nobody is asked about a label. */
export function isPercentage(label: string): boolean {
  return PERCENT.test(label);
}

/**
 * Draws for one operation.
 *
 * @param random at least 0 and below 1
 * @returns undefined where the label is no percentage
 */
export function drawLabel(label: string, random: () => number): boolean | undefined {
  const percent = PERCENT.exec(label)?.[1];
  return percent === undefined ? undefined : random() * 100 < Number(percent);
}
