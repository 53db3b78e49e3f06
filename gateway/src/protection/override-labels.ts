import type { Schema } from '@apollo/federation-internals';

/** `percent(12.5)`: on for that share of the operations. */
const PERCENT = /^percent\((\d+(?:\.\d+)?)\)$/;

/** The labels of progressive `@override`s in one supergraph: where a field is resolved depends on which of them are on. */
export class OverrideLabels {
  readonly #byType = new Map<string, Set<string>>();
  readonly #all = new Set<string>();
  /** Types for whose fields the planner may ask fields of other types: their keys or requirements are nested. */
  readonly #reachingFurther = new Set<string>();

  /** @param supergraph with its directives */
  constructor(supergraph: Schema) {
    for (const type of supergraph.objectTypes()) {
      for (const field of type.fields()) {
        for (const application of field.appliedDirectives.filter(({ name }) => name === 'join__field')) {
          this.#addField(type.name, application.arguments());
        }
      }
      for (const application of type.appliedDirectives.filter(({ name }) => name === 'join__type')) {
        this.#addFieldSet(type.name, application.arguments().key);
      }
    }
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  /** The labels that the plan of an operation on these types may depend on, in an order that is always the same. */
  of(types: Iterable<string>): string[] {
    const found = new Set<string>();
    for (const type of types) {
      const labels = this.#reachingFurther.has(type) ? this.#all : this.#byType.get(type);
      for (const label of labels ?? []) found.add(label);
    }
    return [...found].sort();
  }

  #addField(type: string, given: Record<string, unknown>): void {
    this.#addFieldSet(type, given.requires);
    const label = given.overrideLabel;
    if (typeof label !== 'string') return;
    this.#all.add(label);
    const labels = this.#byType.get(type) ?? new Set();
    this.#byType.set(type, labels.add(label));
  }

  #addFieldSet(type: string, fieldSet: unknown): void {
    if (typeof fieldSet === 'string' && fieldSet.includes('{')) this.#reachingFurther.add(type);
  }
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
