import { type ConstDirectiveNode, type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { type FieldedType, fieldSet, graphIn, isFieldedType, isTrue, stringArgument } from '../join-directives.ts';

/** An interface that is an `@interfaceObject` in some subgraph. */
export interface InterfaceObject {
  readonly name: string;
  /** Fields with `@requires` in subgraphs in which it is an `@interfaceObject`. */
  readonly fields: ReadonlySet<string>;
  /** Key of the types behind it, in a subgraph that knows them. */
  readonly key: SelectionSetNode;
  /** Text of the key. */
  readonly keyFields: string;
}

/** Returns the interfaces of a supergraph that are an `@interfaceObject` in some subgraph, by name. */
export function interfaceObjectsOf(supergraph: DocumentNode): Map<string, InterfaceObject> {
  const found = new Map<string, InterfaceObject>();
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const joins = (type.directives ?? []).filter(({ name }) => name.value === 'join__type');
    const asObject = new Set(joins.filter((join) => isTrue(join, 'isInterfaceObject')).map(graphIn));
    const keyFields = joins
      .filter((join) => !asObject.has(graphIn(join)))
      .map((join) => stringArgument(join, 'key')?.value)
      .find((key) => key !== undefined);
    if (asObject.size === 0 || keyFields === undefined) continue;
    const name = type.name.value;
    found.set(name, { name, fields: fieldsIn(type, asObject), key: fieldSet(keyFields), keyFields });
  }
  return found;
}

function fieldsIn({ fields = [] }: FieldedType, graphs: ReadonlySet<string>): Set<string> {
  const isGiven = (directive: ConstDirectiveNode) =>
    directive.name.value === 'join__field' && graphs.has(graphIn(directive)) && stringArgument(directive, 'requires');
  return new Set(fields.filter(({ directives }) => directives?.some(isGiven)).map(({ name }) => name.value));
}

/** Returns the object types that implement an interface. */
export function implementationsOf(supergraph: DocumentNode, interfaceName: string): FieldedType[] {
  return supergraph.definitions
    .filter(isFieldedType)
    .filter(
      ({ kind, interfaces }) =>
        kind === Kind.OBJECT_TYPE_DEFINITION && interfaces?.some(({ name }) => name.value === interfaceName),
    );
}
