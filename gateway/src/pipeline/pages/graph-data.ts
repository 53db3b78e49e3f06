import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isTypeDefinitionNode,
  isUnionType,
  parse,
} from 'graphql';
import { graphIn, isTrue, subgraphNames } from '../../planning/join-directives.ts';
import { argumentList, inputType, kindOf } from '../../supergraph/api-text.ts';

/** A type of the graph, as the page of the graph shows it. */
export interface ShownType extends ShownMember {
  readonly kind: string;
  /** Fields, values, or types of a union. */
  readonly members: readonly ShownMember[];
}

export interface ShownMember {
  readonly name: string;
  /** Subgraphs that have it. */
  readonly owners: readonly string[];
  readonly type?: string;
  readonly description?: string;
  readonly deprecated?: string;
}

/** Returns the types that clients see, with the subgraphs that own them and their fields. */
export function graphData(supergraphSdl: string, apiSchema: GraphQLSchema): readonly ShownType[] {
  const owners = new Owners(supergraphSdl);
  return Object.values(apiSchema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .map((type) => ({
      ...memberOf(type, owners.of(type.name)),
      kind: kindOf(type),
      members: membersOf(type, owners),
    }));
}

function membersOf(type: GraphQLNamedType, owners: Owners): ShownMember[] {
  const of = (name: string) => owners.of(type.name, name);
  if (isObjectType(type) || isInterfaceType(type)) {
    return Object.values(type.getFields()).map((field) => ({
      ...memberOf(field, of(field.name)),
      name: field.name + argumentList(field.args),
      type: String(field.type),
    }));
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => ({
      ...memberOf(field, of(field.name)),
      type: inputType(field),
    }));
  }
  if (isEnumType(type)) return type.getValues().map((value) => memberOf(value, of(value.name)));
  return isUnionType(type) ? type.getTypes().map(({ name }) => memberOf({ name }, owners.of(name))) : [];
}

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly deprecationReason?: string | null | undefined;
}

function memberOf({ name, description, deprecationReason }: Described, owners: readonly string[]): ShownMember {
  return {
    ...{ name, owners },
    ...(description && { description }),
    ...(deprecationReason && { deprecated: deprecationReason }),
  };
}

/** Subgraphs of types and their members, by the supergraph's directives: https://specs.apollo.dev/join/v0.5 */
class Owners {
  readonly #names: ReadonlyMap<string, string>;
  readonly #byCoordinate = new Map<string, readonly string[]>();

  constructor(supergraphSdl: string) {
    const document = parse(supergraphSdl, { noLocation: true });
    this.#names = subgraphNames(document);
    for (const node of document.definitions) this.#add(node);
  }

  of(type: string, member?: string): readonly string[] {
    const own = member === undefined ? undefined : this.#byCoordinate.get(`${type}.${member}`);
    return own ?? this.#byCoordinate.get(type) ?? [];
  }

  #add(node: DefinitionNode): void {
    if (!isTypeDefinitionNode(node)) return;
    const type = node.name.value;
    this.#byCoordinate.set(type, this.#graphsIn(node.directives ?? [], 'join__type'));
    const members = 'fields' in node ? node.fields : 'values' in node ? node.values : [];
    for (const { name, directives = [] } of members ?? []) {
      const graphs = [...this.#graphsIn(directives, 'join__field'), ...this.#graphsIn(directives, 'join__enumValue')];
      if (graphs.length > 0) this.#byCoordinate.set(`${type}.${name.value}`, graphs);
    }
  }

  /** Returns the subgraphs in directives of a name, but for those that only refer to the field of another. */
  #graphsIn(directives: readonly ConstDirectiveNode[], name: string): string[] {
    const owning = directives.filter(
      (directive) =>
        directive.name.value === name && !isTrue(directive, 'external') && !isTrue(directive, 'usedOverridden'),
    );
    return [...new Set(owning.flatMap((directive) => this.#names.get(graphIn(directive)) ?? []))];
  }
}
