import { type EnumType, FieldDefinition, type Schema } from '@apollo/federation-internals';
import { fieldPaths, fieldSet } from '../join-directives.ts';
import type { CacheTagDirective, EntityKey, SupergraphDirectives } from '../planner.ts';

/** Name that composition gives `@cacheTag` in `@join__directive`, whatever the subgraphs call it. */
const CACHE_TAG = 'federation__cacheTag';

/** Reads the keys of entities, and `@cacheTag`. */
export function cacheDirectivesOf(supergraph: Schema): Pick<SupergraphDirectives, 'entityKeys' | 'cacheTags'> {
  const subgraphs = subgraphNames(supergraph);
  return { entityKeys: entityKeysOf(supergraph, subgraphs), cacheTags: cacheTagsOf(supergraph, subgraphs) };
}

type Subgraphs = ReadonlyMap<unknown, string>;

function entityKeysOf(supergraph: Schema, subgraphs: Subgraphs): SupergraphDirectives['entityKeys'] {
  const keys = new Map<string, EntityKey[]>();
  for (const application of supergraph.directive('join__type')?.applications() ?? []) {
    const { graph, key }: Record<string, unknown> = application.arguments();
    const type = nameOf(application.parent);
    if (typeof key !== 'string') continue;
    const fields = fieldPaths(fieldSet(key));
    const known = keys.get(type) ?? [];
    keys.set(type, known);
    known.push({ subgraph: subgraphs.get(graph) ?? '', fields });
  }
  return keys;
}

function cacheTagsOf(supergraph: Schema, subgraphs: Subgraphs): CacheTagDirective[] {
  return [...(supergraph.directive('join__directive')?.applications() ?? [])].flatMap((application) => {
    const { name, graphs, args }: Record<string, unknown> = application.arguments();
    if (name !== CACHE_TAG || !Array.isArray(graphs)) return [];
    const { parent } = application;
    const place =
      parent instanceof FieldDefinition
        ? { type: parent.parent.name, field: parent.name }
        : { type: nameOf(parent), field: undefined };
    const format = String(Object(args).format);
    return graphs.map((graph) => ({ ...place, subgraph: subgraphs.get(graph) ?? '', format }));
  });
}

function nameOf(element: object | undefined): string {
  return element && 'name' in element ? String(element.name) : '';
}

/** Returns the names of subgraphs by their values in the enum `join__Graph`. */
function subgraphNames(supergraph: Schema): Subgraphs {
  const graphs = supergraph.type('join__Graph') as EnumType | undefined;
  return new Map(
    graphs?.values.flatMap((value) =>
      value.appliedDirectivesOf('join__graph').map((graph) => [value.name, String(Object(graph.arguments()).name)]),
    ),
  );
}
