import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  parse,
  TypeInfo,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { FetchConstants, FetchRequest } from '../../execution/fetching/fetch-request.ts';
import type { SupergraphDirectives } from '../../planning/planner.ts';
import type { TagFormat } from './tag-format.ts';
import { TagFormats } from './tag-formats.ts';

/** A root field of a fetch that has tags. */
interface TaggedField {
  readonly node: FieldNode;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly formats: readonly TagFormat[];
}

/** Tags that `@cacheTag` gives stored answers, so that they can be invalidated together: https://specs.apollo.dev/cacheTag/v0.1 */
export class CacheTags {
  readonly #schema: GraphQLSchema;
  readonly #formats: TagFormats;
  readonly #known = new WeakMap<FetchConstants, readonly TaggedField[]>();

  private constructor(schema: GraphQLSchema, formats: TagFormats) {
    this.#schema = schema;
    this.#formats = formats;
  }

  /**
   * @param schema schema of the supergraph
   * @returns undefined if it has no tags
   * @throws {ConfigurationError} if a format is wrong
   */
  static of(directives: Pick<SupergraphDirectives, 'entityKeys' | 'cacheTags'>, schema: GraphQLSchema) {
    return directives.cacheTags.length > 0 ? new CacheTags(schema, new TagFormats(directives, schema)) : undefined;
  }

  /** Returns the tags of an entity. */
  ofEntity(subgraph: string, type: string, key: Readonly<Record<string, unknown>>): string[] {
    const formats = this.#formats.ofType(type)?.get(subgraph) ?? [];
    return formats.map((format) => format.toTag(key));
  }

  /** Returns the tags of the answer to a root fetch. */
  ofRoot({ constants, variables }: Pick<FetchRequest, 'constants' | 'variables'>): string[] {
    return this.#fieldsOf(constants).flatMap(({ definition, node, formats }) => {
      const given = { ...defaultsOf(definition), ...definedIn(valuesOf(node.arguments, variables)) };
      return formats.map((format) => format.toTag(given));
    });
  }

  #fieldsOf(constants: FetchConstants): readonly TaggedField[] {
    const known = this.#known.get(constants);
    if (known) return known;
    const fields: TaggedField[] = [];
    const info = new TypeInfo(this.#schema);
    const enter = (node: FieldNode) => {
      const definition = info.getFieldDef();
      const formats = this.#formats.ofField(node.name.value)?.get(constants.subgraph);
      const isRoot = info.getParentType() === this.#schema.getQueryType();
      if (definition && formats && isRoot) fields.push({ definition, node, formats });
    };
    visit(parse(constants.query, { noLocation: true }), visitWithTypeInfo(info, { Field: { enter } }));
    this.#known.set(constants, fields);
    return fields;
  }
}

function defaultsOf({ args }: GraphQLField<unknown, unknown>): Record<string, unknown> {
  return Object.fromEntries(args.map(({ name, defaultValue }) => [name, defaultValue]));
}

function definedIn(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Returns the values of arguments as they are written, with those of variables. */
function valuesOf(nodes: readonly ArgumentNode[] = [], variables: FetchRequest['variables']): Record<string, unknown> {
  return Object.fromEntries(nodes.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]));
}
