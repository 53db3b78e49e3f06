import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLInterfaceType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isCompositeType,
  isInterfaceType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { conditionApplies, objectTypesOf } from '../plan/type-conditions.ts';
import type { Entry } from './interface-object-entries.ts';
import type { InterfaceObject } from './interface-objects.ts';
import {
  type Conditions,
  conditionOf,
  fragmentOn,
  listLevels,
  setOf,
  TYPE_NAME,
  typeOf,
  withDirectives,
  wrap,
} from './selection-nodes.ts';

/** Maximum number of selections of a divided operation: each fragment on an abstract type can multiply them. */
const MAX_SELECTIONS = 10_000;

export interface DividedOperation {
  readonly operation: OperationDefinitionNode;
  readonly entries: readonly Entry[];
}

/**
 * Takes out of an operation what it selects on some of the types behind an interface, if a subgraph gives it by an
 * `@interfaceObject` with a `@requires`. Of `trees { id ... on Oak { label text } }`, `text` being such a field, it leaves
 * `trees { id __typename id ... on Oak { label } }`, and an entry for the `text` of an Oak.
 *
 * Planned with the rest, @apollo/query-planner 2.14.4 fails for it or forgets a fetch
 * (https://github.com/apollographql/federation/issues/2405), or asks for what is required of each type
 * (https://github.com/apollographql/federation/pull/2524). For a similar reason other fragments on abstract types are
 * replaced by fragments on object types: it fails for an object whose subgraph doesn't know the type, with "We should have
 * an edge from Node(b) for __typename", as in https://github.com/apollographql/router/issues/8127.
 * interface-objects.test.ts reproduces these.
 *
 * @param operation validated against `schema`, with its fragments inlined
 * @returns undefined if there is nothing of this kind, or the operation would become too large
 */
export function divideOperation(
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  interfaces: ReadonlyMap<string, InterfaceObject>,
): DividedOperation | undefined {
  const root = schema.getRootType(operation.operation);
  if (!root) return undefined;
  const division = new Division(schema, interfaces);
  const place = { path: [], conditions: [], type: root, typeNames: [root.name] };
  const selectionSet = division.selectionSet(operation.selectionSet, place);
  return division.isUseful ? { operation: { ...operation, selectionSet }, entries: division.entries } : undefined;
}

interface Place {
  readonly path: readonly string[];
  /** Conditions from the root on. */
  readonly conditions: Conditions;
  readonly type: GraphQLCompositeType;
  /** Names of the object types that all fragments around leave. */
  readonly typeNames: readonly string[];
}

/** Selections on an interface, while they are collected. */
interface Scope {
  readonly interfaceObject: InterfaceObject;
  readonly type: GraphQLInterfaceType;
  readonly place: Place;
  readonly onInterface: SelectionNode[];
  readonly onTypes: Map<string, SelectionNode[]>;
}

/** Part of a scope: inside of some fragments. */
interface Part extends Pick<Place, 'type' | 'typeNames'> {
  /** True if the fragments apply to the interface, so that the type of an object doesn't matter. */
  readonly isCertain: boolean;
  /** Conditions of the fragments. */
  readonly conditions: Conditions;
}

// Over 200 lines, because all parts of a division count selections and change what the others see.
class Division {
  readonly #schema: GraphQLSchema;
  readonly #interfaces: ReadonlyMap<string, InterfaceObject>;
  readonly #entries = new Map<string, Entry>();
  #selections = 0;
  #scopes = 0;

  constructor(schema: GraphQLSchema, interfaces: ReadonlyMap<string, InterfaceObject>) {
    this.#schema = schema;
    this.#interfaces = interfaces;
  }

  get isUseful(): boolean {
    return this.#scopes > 0 && this.#selections <= MAX_SELECTIONS;
  }

  get entries(): Entry[] {
    return [...this.#entries.values()];
  }

  selectionSet({ selections }: SelectionSetNode, place: Place): SelectionSetNode {
    const { type } = place;
    const interfaceObject = isInterfaceType(type) ? this.#interfaces.get(type.name) : undefined;
    const isNarrowing = (selection: SelectionNode) => conditionOf(selection, type.name) !== type.name;
    if (!interfaceObject || !isInterfaceType(type) || !selections.some(isNarrowing)) {
      return setOf(selections.flatMap((selection) => this.#selection(selection, place)));
    }
    this.#scopes += 1;
    const scope: Scope = { interfaceObject, type, place, onInterface: [], onTypes: new Map() };
    const whole: Part = { type, typeNames: place.typeNames, isCertain: true, conditions: [] };
    for (const selection of selections) {
      if (isNarrowing(selection)) this.#narrow(scope, whole, [selection]);
      else scope.onInterface.push(...this.#selection(selection, place));
    }
    return setOf([...scope.onInterface, ...[...scope.onTypes].map(([name, below]) => fragmentOn(name, below))]);
  }

  #selection(selection: SelectionNode, place: Place): readonly SelectionNode[] {
    this.#selections += 1;
    if (this.#selections > MAX_SELECTIONS || selection.kind === Kind.FRAGMENT_SPREAD) return [];
    if (selection.kind === Kind.FIELD) return [this.#field(selection, place)];
    const inside = this.#inside(place, selection);
    return inside ? [{ ...selection, selectionSet: this.selectionSet(selection.selectionSet, inside) }] : [];
  }

  #field(field: FieldNode, { path, conditions, type: parent }: Place): FieldNode {
    const type = typeOf(field, parent);
    const named = getNamedType(type);
    if (!type || !isCompositeType(named) || !field.selectionSet) return field;
    const place: Place = {
      path: [...path, (field.alias ?? field.name).value, ...listLevels(type)],
      conditions: withDirectives(conditions, field),
      type: named,
      typeNames: objectTypesOf(this.#schema, named).map(({ name }) => name),
    };
    return { ...field, selectionSet: this.selectionSet(field.selectionSet, place) };
  }

  /** Returns what is left of a place inside of a fragment; undefined if it applies to no object. */
  #inside<T extends Pick<Place, 'type' | 'typeNames' | 'conditions'>>(
    part: T,
    fragment: InlineFragmentNode,
  ): T | undefined {
    const type = this.#schema.getType(conditionOf(fragment, part.type.name));
    if (!isCompositeType(type)) return undefined;
    const typeNames = part.typeNames.filter((name) => conditionApplies(this.#schema, type.name, name));
    if (typeNames.length === 0) return undefined;
    return { ...part, type, typeNames, conditions: withDirectives(part.conditions, fragment) };
  }

  /** Puts each selection of fragments on a type that the planner can do it for. */
  #narrow(scope: Scope, part: Part, selections: readonly SelectionNode[]): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) this.#place(scope, part, selection);
      if (selection.kind !== Kind.INLINE_FRAGMENT) continue;
      const inside = this.#inside(part, selection);
      if (!inside) continue;
      const isCertain = part.isCertain && conditionApplies(this.#schema, inside.type.name, scope.type.name);
      this.#narrow(scope, { ...inside, isCertain }, selection.selectionSet.selections);
    }
  }

  #place(scope: Scope, { type, typeNames, isCertain, conditions }: Part, field: FieldNode): void {
    const { interfaceObject, place, onInterface, onTypes } = scope;
    const name = field.name.value;
    if (name === '__typename') {
      onInterface.push(...wrap([field], conditions));
      return;
    }
    this.#selections += typeNames.length;
    const around = [...place.conditions, ...conditions];
    const [selected] = this.#selection(field, { path: place.path, type, typeNames, conditions: around });
    if (!selected) return;
    const isOnAll = typeNames.length === place.typeNames.length;
    if (isOnAll && getNamedType(typeOf(field, scope.type)) === getNamedType(typeOf(field, type))) {
      onInterface.push(...wrap(isCertain ? [selected] : [TYPE_NAME, selected], conditions));
    } else if (interfaceObject.fields.has(name)) {
      const key = [TYPE_NAME, ...interfaceObject.key.selections];
      onInterface.push(...wrap(key, withDirectives(conditions, field)));
      for (const typeName of typeNames) this.#entry(scope, typeName).selections.push(...wrap([selected], around));
    } else {
      for (const typeName of typeNames) {
        const below = onTypes.get(typeName) ?? [];
        onTypes.set(typeName, below);
        below.push(...wrap([selected], conditions));
      }
    }
  }

  #entry({ interfaceObject: { name }, place: { path } }: Scope, typeName: string): Entry {
    const key = [name, typeName, ...path].join(' ');
    const entry = this.#entries.get(key) ?? { interfaceName: name, typeName, path, selections: [] };
    this.#entries.set(key, entry);
    return entry;
  }
}
