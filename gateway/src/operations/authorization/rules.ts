import type { Schema } from '@apollo/federation-internals';

/** What somebody must have to see something: one application of a directive, wherever it stands. */
export interface Rule {
  readonly kind: 'authenticated' | 'scopes' | 'policies';
  /** All names of one of these lists are needed. */
  readonly anyOf: readonly (readonly string[])[];
  /** As in a schema: `@requiresScopes(scopes: [["read:email"]])`. Equal for rules that demand the same. */
  readonly text: string;
}

/** A rule, and the type or field that it stands on. */
export interface Demand {
  readonly coordinate: string;
  readonly rule: Rule;
}

/** The directives, by the specifications that define them. A schema may import them under other names. */
const DIRECTIVES = [
  { name: 'authenticated', kind: 'authenticated', argument: undefined },
  { name: 'requiresScopes', kind: 'scopes', argument: 'scopes' },
  { name: 'policy', kind: 'policies', argument: 'policies' },
] as const;

/** The rules of one supergraph, which composition has merged from its subgraphs. */
export class AuthorizationRules {
  readonly #demands = new Map<string, Demand[]>();
  readonly #rules = new Map<string, Rule>();

  /** @param supergraph with its directives */
  constructor(supergraph: Schema) {
    for (const { name, kind, argument } of DIRECTIVES) {
      const feature = supergraph.coreFeatures?.getByIdentity(`https://specs.apollo.dev/${name}`);
      const directive = feature && supergraph.directive(feature.directiveNameInSchema(name));
      for (const application of directive?.applications() ?? []) {
        const given: Record<string, unknown> = application.arguments();
        const anyOf = argument === undefined ? [[]] : toAlternatives(given[argument]);
        this.#add(coordinateOf(application.parent), this.#intern({ kind, anyOf, text: textOf(name, argument, anyOf) }));
      }
    }
  }

  get isEmpty(): boolean {
    return this.#demands.size === 0;
  }

  /** Every rule that stands anywhere. */
  all(): Rule[] {
    return [...this.#rules.values()];
  }

  /** @param coordinate `Type` or `Type.field` */
  on(coordinate: string): readonly Demand[] {
    return this.#demands.get(coordinate) ?? [];
  }

  #intern(rule: Rule): Rule {
    const known = this.#rules.get(rule.text) ?? rule;
    this.#rules.set(rule.text, known);
    return known;
  }

  #add(coordinate: string, rule: Rule): void {
    this.#demands.set(coordinate, [...this.on(coordinate), { coordinate, rule }]);
  }
}

function coordinateOf(element: object | undefined): string {
  if (element && 'coordinate' in element && typeof element.coordinate === 'string') return element.coordinate;
  throw new Error('a rule of authorization on nothing that has a name');
}

function toAlternatives(value: unknown): string[][] {
  if (!Array.isArray(value)) throw new Error(`a rule of authorization with ${JSON.stringify(value)} for its lists`);
  return value.map((names: unknown) => {
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
    throw new Error(`a rule of authorization with ${JSON.stringify(names)} for a list of names`);
  });
}

function textOf(name: string, argument: string | undefined, anyOf: readonly (readonly string[])[]): string {
  return argument === undefined ? `@${name}` : `@${name}(${argument}: ${JSON.stringify(anyOf)})`;
}
