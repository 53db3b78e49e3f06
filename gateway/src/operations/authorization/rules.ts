import type { AuthorizationDirective } from '../../planning/planner.ts';

/** Requirement for access to a type or field: the content of one authorization directive. */
export interface Rule {
  readonly kind: 'authenticated' | 'scopes' | 'policies';
  /** Alternatives: all names of one list are needed. */
  readonly anyOf: readonly (readonly string[])[];
  /** The directive as in a schema, `@requiresScopes(scopes: [["read:email"]])`. Equal for equal rules. */
  readonly text: string;
}

/** A rule and the type or field that it protects. */
export interface Demand {
  readonly coordinate: string;
  readonly rule: Rule;
}

const KINDS = { authenticated: 'authenticated', requiresScopes: 'scopes', policy: 'policies' } as const;

/** Rules of one supergraph, merged from its subgraphs by composition. */
export class AuthorizationRules {
  readonly #demands = new Map<string, Demand[]>();
  readonly #rules = new Map<string, Rule>();

  constructor(directives: readonly AuthorizationDirective[]) {
    for (const directive of directives) {
      const { name, coordinate, anyOf } = directive;
      this.#add(coordinate, this.#intern({ kind: KINDS[name], anyOf, text: textOf(directive) }));
    }
  }

  get isEmpty(): boolean {
    return this.#demands.size === 0;
  }

  /** Returns all distinct rules. */
  all(): Rule[] {
    return [...this.#rules.values()];
  }

  /** Returns what everybody would see, though a rule protects it: one of its alternatives demands nothing. */
  unprotected(): Demand[] {
    const isOpen = ({ rule }: Demand) => rule.kind !== 'authenticated' && rule.anyOf.some(({ length }) => length === 0);
    return [...this.#demands.values()].flat().filter(isOpen);
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

function textOf({ name, argument, anyOf }: AuthorizationDirective): string {
  return argument === undefined ? `@${name}` : `@${name}(${argument}: ${JSON.stringify(anyOf)})`;
}
