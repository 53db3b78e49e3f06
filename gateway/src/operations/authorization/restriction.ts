import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isAbstractType,
  isLeafType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { asFragment, below, guarded, hasFields, type Place, resultOf } from './places.ts';
import type { AuthorizationRules, Demand, Rule } from './rules.ts';

/** A part of an operation that is denied. */
export interface Denial {
  /** Response keys from the root. */
  readonly path: readonly string[];
  /** Rules that the request doesn't meet. */
  readonly demands: readonly Demand[];
  /** Selections with a `@skip` or `@include`, from the root down to this one: if one excludes it, nothing was denied. */
  readonly guards: readonly SelectionNode[];
}

/** Result of applying authorization to an operation. */
export interface Restriction {
  /** The part that may be planned. Its selection sets may be empty. */
  readonly visible: OperationDefinitionNode;
  /** Fields of the whole operation that are null and not fetched. */
  readonly denied: ReadonlySet<FieldNode>;
  readonly denials: readonly Denial[];
}

/** A restriction, with what decides if the operation depends on the request. */
export interface Visit extends Restriction {
  /** Rules on what the operation selects. */
  readonly rules: readonly Rule[];
  /** Object types on which the operation selects fields. */
  readonly types: ReadonlySet<string>;
}

/**
 * Removes what a request may not see. A selection on an interface or union may be answered by any of its types, so it must meet
 * the rules of all of them. A fragment is removed on its own.
 *
 * @param operation with its fragments inlined
 * @param isMet returns true if the request meets a rule
 */
export function restrict(
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  rules: AuthorizationRules,
  isMet: (rule: Rule) => boolean,
): Visit {
  const rootType = schema.getRootType(operation.operation);
  const visitor = new Visitor(schema, rules, isMet);
  const visible = rootType ? visitor.root(operation.selectionSet, rootType) : operation.selectionSet;
  const { denied, denials, seen, types } = visitor;
  return { visible: { ...operation, selectionSet: visible }, denied, denials, rules: [...seen], types };
}

class Visitor {
  readonly denied = new Set<FieldNode>();
  readonly denials: Denial[] = [];
  readonly seen = new Set<Rule>();
  readonly types = new Set<string>();
  readonly #schema: GraphQLSchema;
  readonly #rules: AuthorizationRules;
  readonly #isMet: (rule: Rule) => boolean;

  constructor(schema: GraphQLSchema, rules: AuthorizationRules, isMet: (rule: Rule) => boolean) {
    this.#schema = schema;
    this.#rules = rules;
    this.#isMet = isMet;
  }

  root(selectionSet: SelectionSetNode, type: GraphQLObjectType): SelectionSetNode {
    const place = { types: [type], path: [], guards: [] };
    const unmet = this.#unmet(this.#rules.on(type.name));
    if (unmet.length === 0) return this.#visible(selectionSet, place);
    return { ...selectionSet, selections: this.#deny(selectionSet, place, unmet) };
  }

  #visible(selectionSet: SelectionSetNode, place: Place): SelectionSetNode {
    for (const { name } of place.types) this.types.add(name);
    const selections = selectionSet.selections.flatMap((selection): SelectionNode[] => {
      if (place.types.length === 0 || selection.kind === Kind.FRAGMENT_SPREAD) return [];
      return selection.kind === Kind.FIELD ? this.#field(selection, place) : this.#fragment(selection, place);
    });
    return { ...selectionSet, selections };
  }

  #field(field: FieldNode, place: Place): SelectionNode[] {
    const { selectionSet } = field;
    const name = field.name.value;
    if (name.startsWith('__')) return [field];
    const results = new Set(place.types.flatMap((type) => resultOf(type, name)));
    const unmet = this.#unmet([
      ...place.types.flatMap((type) => this.#rules.on(`${type.name}.${name}`)),
      ...[...results].flatMap((type) => this.#demandsOfResult(type, selectionSet)),
    ]);
    if (unmet.length > 0) return this.#denyField(field, place, unmet);
    if (!selectionSet) return [field];
    const { path, guards } = below(place, field);
    const types = [...new Set([...results].flatMap((type) => this.#objectTypes(type)))];
    return [{ ...field, selectionSet: this.#visible(selectionSet, { types, path, guards }) }];
  }

  #demandsOfResult(type: GraphQLNamedType, selectionSet: SelectionSetNode | undefined): readonly Demand[] {
    if (isLeafType(type) || isObjectType(type)) return this.#rules.on(type.name);
    return selectionSet && hasFields(selectionSet) ? this.#demandsOf(this.#objectTypes(type)) : [];
  }

  #fragment(fragment: InlineFragmentNode, place: Place): SelectionNode[] {
    const { typeCondition, selectionSet } = fragment;
    const inner = { ...place, guards: guarded(place, fragment), types: this.#narrowed(place.types, fragment) };
    if (typeCondition && (isObjectType(this.#conditionOf(fragment)) || hasFields(selectionSet))) {
      const unmet = this.#unmet(this.#demandsOf(inner.types));
      if (unmet.length > 0) return asFragment(fragment, this.#deny(selectionSet, inner, unmet));
    }
    return asFragment(fragment, this.#visible(selectionSet, inner).selections);
  }

  #narrowed(types: readonly GraphQLObjectType[], fragment: InlineFragmentNode): readonly GraphQLObjectType[] {
    const condition = this.#conditionOf(fragment);
    if (!condition) return types;
    const possible = this.#objectTypes(condition);
    return types.filter((type) => possible.includes(type));
  }

  #conditionOf({ typeCondition }: InlineFragmentNode): GraphQLNamedType | undefined {
    return typeCondition && this.#schema.getType(typeCondition.name.value);
  }

  #objectTypes(type: GraphQLNamedType): readonly GraphQLObjectType[] {
    if (isObjectType(type)) return [type];
    return isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [];
  }

  #demandsOf(types: readonly GraphQLObjectType[]): Demand[] {
    return types.flatMap((type) => this.#rules.on(type.name));
  }

  #unmet(demands: readonly Demand[]): Demand[] {
    for (const { rule } of demands) this.seen.add(rule);
    return [...new Set(demands)].filter(({ rule }) => !this.#isMet(rule));
  }

  /** Denies all fields of one object, except its type name. */
  #deny(selectionSet: SelectionSetNode, place: Place, unmet: readonly Demand[]): SelectionNode[] {
    return selectionSet.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) {
        return selection.name.value.startsWith('__') ? [selection] : this.#denyField(selection, place, unmet);
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
      const inner = { ...place, guards: guarded(place, selection) };
      return asFragment(selection, this.#deny(selection.selectionSet, inner, unmet));
    });
  }

  #denyField(field: FieldNode, place: Place, demands: readonly Demand[]): [] {
    this.denied.add(field);
    this.denials.push({ ...below(place, field), demands });
    return [];
  }
}
