import type { Rule } from './authorization/rules.ts';
import type { ClientOperation } from './client-operation.ts';
import { isPercentage } from './override-labels.ts';

/** Properties of a request on which the code of an operation depends. */
export interface Variant {
  /** True if the request has a valid token; decides the code of denials. */
  readonly isAuthenticated: boolean;
  /** Rules that the request doesn't meet. */
  readonly unmet: ReadonlySet<Rule>;
  /** Labels of progressive `@override` that are on. */
  readonly labelsOn: ReadonlySet<string>;
}

/** Maximum number of variants kept of one operation; each is a plan and its code. */
const MAX_VARIANTS = 16;

/** An operation whose plan depends on the request (authorization, progressive `@override`). */
export class RequestDependentOperation {
  readonly operation: ClientOperation;
  /** Authorization rules on what it selects. */
  readonly rules: readonly Rule[];
  /** Labels of progressive `@override` on which its plan depends. */
  readonly labels: readonly string[];
  /** Policies that its rules name. */
  readonly policies: readonly string[];
  /** Labels that a hook chooses; percentages are drawn. */
  readonly hookLabels: readonly string[];
  /** Keys of the variants that are kept, oldest first. */
  readonly #kept = new Set<string>();

  constructor(operation: ClientOperation, rules: readonly Rule[], labels: readonly string[]) {
    this.operation = operation;
    this.rules = rules;
    this.labels = labels;
    const ofPolicies = rules.filter(({ kind }) => kind === 'policies');
    this.policies = [...new Set(ofPolicies.flatMap(({ anyOf }) => anyOf.flat()))];
    this.hookLabels = labels.filter((label) => !isPercentage(label));
  }

  /** Returns a key that is equal for variants with the same code. */
  keyOf({ isAuthenticated, unmet, labelsOn }: Variant): string {
    const denied = unmet.size === 0 ? '' : isAuthenticated ? 'F' : 'U';
    const rules = this.rules.map((rule) => (unmet.has(rule) ? '0' : '1')).join('');
    return `${denied}${rules} ${this.labels.map((label) => (labelsOn.has(label) ? '1' : '0')).join('')}`;
  }

  /**
   * Records that a variant is kept.
   *
   * @returns the key of a variant to drop
   */
  remember(key: string): string | undefined {
    this.#kept.add(key);
    if (this.#kept.size <= MAX_VARIANTS) return undefined;
    const [oldest] = this.#kept;
    if (oldest !== undefined) this.#kept.delete(oldest);
    return oldest;
  }

  /** Returns the variant that corresponds to one of another supergraph. */
  corresponding({ isAuthenticated, unmet, labelsOn }: Variant): Variant {
    const texts = new Set([...unmet].map(({ text }) => text));
    return { isAuthenticated, unmet: new Set(this.rules.filter(({ text }) => texts.has(text))), labelsOn };
  }
}
