import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { GraphQLSchema } from 'graphql';
import type { CacheTagDirective, EntityKey, SupergraphDirectives } from '../../planning/planner.ts';
import { TagFormat, TagFormatError } from './tag-format.ts';

/** Formats of the tags that a type or a root field has in each subgraph. */
export type Formats = ReadonlyMap<string, readonly TagFormat[]>;

/** Formats of all tags of a supergraph. */
export class TagFormats {
  readonly #ofTypes = new Map<string, Map<string, TagFormat[]>>();
  readonly #ofFields = new Map<string, Map<string, TagFormat[]>>();

  /**
   * @param schema schema of the supergraph
   * @throws {ConfigurationError} if a format is wrong
   */
  constructor(directives: Pick<SupergraphDirectives, 'entityKeys' | 'cacheTags'>, schema: GraphQLSchema) {
    for (const tag of directives.cacheTags) {
      const { type, field, subgraph } = tag;
      const all = field === undefined ? this.#ofTypes : this.#ofFields;
      const bySubgraph = all.get(field ?? type) ?? new Map<string, TagFormat[]>();
      all.set(field ?? type, bySubgraph);
      bySubgraph.set(subgraph, [...(bySubgraph.get(subgraph) ?? []), parse(tag, directives, schema)]);
    }
  }

  ofType(name: string): Formats | undefined {
    return this.#ofTypes.get(name);
  }

  /** @param name of a field of Query */
  ofField(name: string): Formats | undefined {
    return this.#ofFields.get(name);
  }
}

function parse(
  { type, field, subgraph, format }: CacheTagDirective,
  { entityKeys }: Pick<SupergraphDirectives, 'entityKeys'>,
  schema: GraphQLSchema,
): TagFormat {
  const query = schema.getQueryType();
  const coordinate = field === undefined ? type : `${type}.${field}`;
  try {
    if (field === undefined) {
      const keys = (entityKeys.get(type) ?? []).filter((key) => key.subgraph === subgraph).map(topOf);
      const [first = []] = keys;
      return new TagFormat(format, '$key', new Set(first.filter((name) => keys.every((key) => key.includes(name)))));
    }
    if (type !== query?.name) throw new TagFormatError('only entities and root fields of queries have tags');
    const { args = [] } = query.getFields()[field] ?? {};
    return new TagFormat(format, '$args', new Set(args.map(({ name }) => name)));
  } catch (error) {
    if (!(error instanceof TagFormatError)) throw error;
    const tag = `@cacheTag(format: ${JSON.stringify(format)}) on ${coordinate} in the subgraph ${subgraph}`;
    throw new ConfigurationError(`${tag}: ${error.message}`);
  }
}

/** Returns the names of the fields at the top of a key. */
function topOf({ fields }: EntityKey): string[] {
  return fields.map((path) => path.split('.')[0] ?? '');
}
