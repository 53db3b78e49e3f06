import {
  type DirectiveNode,
  type DocumentNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  visit,
} from 'graphql';
import type { Random } from '../../testing/random.ts';

/** A supergraph with rules: a policy for each protected coordinate, called as that is. */
export interface GuardedSupergraph {
  readonly sdl: string;
  readonly coordinates: readonly string[];
}

const FEATURE = '@link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)';
const DEFINITION =
  'directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM';

/** Puts rules on fields, object types and enums, but not on what other fields need: composition allows that only for both. */
export function withRandomRules(sdl: string, random: Random): GuardedSupergraph {
  const document = parse(sdl, { noLocation: true });
  const candidates = document.definitions.flatMap((node) => {
    if (node.kind === Kind.ENUM_TYPE_DEFINITION) return node.name.value.includes('__') ? [] : [node.name.value];
    return node.kind === Kind.OBJECT_TYPE_DEFINITION ? coordinatesOf(node) : [];
  });
  const coordinates = candidates.filter(() => random.chance(0.25));
  const guarded = print(withPolicies(document, new Set(coordinates)));
  return {
    sdl: `${guarded.replace('schema\n', 'schema ').replace(/^schema/m, `schema ${FEATURE}`)}\n${DEFINITION}`,
    coordinates,
  };
}

function coordinatesOf({ name, fields = [], directives = [] }: ObjectTypeDefinitionNode): string[] {
  const needed = [...directives, ...fields.flatMap((field) => field.directives ?? [])].flatMap(namesNeededBy);
  const own = fields.map((field) => field.name.value).filter((field) => !needed.includes(field));
  return [...(name.value === 'Query' ? [] : [name.value]), ...own.map((field) => `${name.value}.${field}`)];
}

/** The names in the `key` or `requires` of a `@join__…`. */
function namesNeededBy({ arguments: given = [] }: DirectiveNode): string[] {
  return given.flatMap(({ name, value }) =>
    (name.value === 'key' || name.value === 'requires') && value.kind === Kind.STRING
      ? (value.value.match(/\w+/g) ?? [])
      : [],
  );
}

function withPolicies(document: DocumentNode, coordinates: ReadonlySet<string>): DocumentNode {
  const guarded = <Node extends { readonly directives?: readonly DirectiveNode[] }>(node: Node, coordinate: string) =>
    coordinates.has(coordinate) ? { ...node, directives: [...(node.directives ?? []), policy(coordinate)] } : node;
  return visit(document, {
    EnumTypeDefinition: (node) => guarded(node, node.name.value),
    ObjectTypeDefinition: (node) => {
      const fields = (node.fields ?? []).map((field) => guarded(field, `${node.name.value}.${field.name.value}`));
      return guarded({ ...node, fields }, node.name.value);
    },
  });
}

function policy(name: string): DirectiveNode {
  const value = { kind: Kind.STRING as const, value: name };
  const lists = { kind: Kind.LIST as const, values: [{ kind: Kind.LIST as const, values: [value] }] };
  const argument = {
    kind: Kind.ARGUMENT as const,
    name: { kind: Kind.NAME as const, value: 'policies' },
    value: lists,
  };
  return { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'policy' }, arguments: [argument] };
}
