import type { Rule } from './authorization/rules.ts';
import type { ClientOperation } from './client-operation.ts';
import { isPercentage } from './override-labels.ts';

/** What the code of an operation depends on, as it is for one request. */
export interface Variant {
  /** Whether the request has a valid token. It decides what denials are called. */
  readonly isAuthenticated: boolean;
  /** The rules whose demands it doesn't meet. */
  readonly unmet: ReadonlySet<Rule>;
  /** The labels of progressive `@override` that are on. */
  readonly labelsOn: ReadonlySet<string>;
}

/** The variants of one operation that are kept: each is a plan and its code. */
const MAX_VARIANTS = 16;

/** An operation that isn't the same for everybody. */
export class RequestDependentOperation {
  readonly operation: ClientOperation;
  /** The authorization rules on what it asks for. */
  readonly rules: readonly Rule[];
  /** The labels of progressive `@override` that its plan depends on. */
  readonly labels: readonly string[];
  /** The policies that its rules are about. */
  readonly policies: readonly string[];
  /** Those of the labels that a hook decides about. */
  readonly hookLabels: readonly string[];
  /** The keys of the variants that are kept, the oldest first. */
  readonly #kept = new Set<string>();

  constructor(operation: ClientOperation, rules: readonly Rule[], labels: readonly string[]) {
    this.operation = operation;
    this.rules = rules;
    this.labels = labels;
    const ofPolicies = rules.filter(({ kind }) => kind === 'policies');
    this.policies = [...new Set(ofPolicies.flatMap(({ anyOf }) => anyOf.flat()))];
    this.hookLabels = labels.filter((label) => !isPercentage(label));
  }

  /** Equal for two variants where the same code does. */
  keyOf({ isAuthenticated, unmet, labelsOn }: Variant): string {
    const denied = unmet.size === 0 ? '' : isAuthenticated ? 'F' : 'U';
    const rules = this.rules.map((rule) => (unmet.has(rule) ? '0' : '1')).join('');
    return `${denied}${rules} ${this.labels.map((label) => (labelsOn.has(label) ? '1' : '0')).join('')}`;
  }

  /**
   * Notes that a variant is kept.
   *
   * @returns the key of one that must not be kept any longer
   */
  remember(key: string): string | undefined {
    this.#kept.add(key);
    if (this.#kept.size <= MAX_VARIANTS) return undefined;
    const [oldest] = this.#kept;
    if (oldest !== undefined) this.#kept.delete(oldest);
    return oldest;
  }

  /** The variant for whoever had that one on another supergraph. */
  corresponding({ isAuthenticated, unmet, labelsOn }: Variant): Variant {
    const texts = new Set([...unmet].map(({ text }) => text));
    return { isAuthenticated, unmet: new Set(this.rules.filter(({ text }) => texts.has(text))), labelsOn };
  }
}
