import { federationMetadata, isInterfaceType, isObjectType } from '@apollo/federation-internals';
import type { QueryPlanner } from '@apollo/query-planner';

type Graph = ReturnType<typeof graphOf>;
type Vertex = Graph['vertices'][number];

/**
 * Keeps the planner from taking a selection for fully local if it has a field that its subgraph declares `@external`, or one
 * with a `@fromContext` argument.
 *
 * Below a type from which no other subgraph is reachable, @apollo/query-planner 2.14.4 takes over a selection as it is if
 * the subgraph's schema has its fields (https://github.com/apollographql/federation/pull/2449). Of a value type it then
 * fetches fields that are `@external` there, which gives null or an error
 * (https://github.com/apollographql/federation/issues/2805), and context arguments get no value.
 */
export function limitLocalSelections(planner: QueryPlanner): void {
  const graph = graphOf(planner);
  const vertices = [...graph.allVertices()];
  const parents = new Map<Vertex, Vertex[]>(vertices.map((vertex) => [vertex, []]));
  for (const vertex of vertices) {
    for (const { tail } of graph.outEdges(vertex)) if (tail.source === vertex.source) parents.get(tail)?.push(vertex);
  }
  const left = vertices.filter((vertex) => needsOtherSubgraphs(graph, vertex));
  for (let vertex = left.pop(); vertex; vertex = left.pop()) {
    if (vertex.hasReachableCrossSubgraphEdges) continue;
    vertex.hasReachableCrossSubgraphEdges = true;
    left.push(...(parents.get(vertex) ?? []));
  }
}

function graphOf(planner: QueryPlanner) {
  // biome-ignore lint/complexity/useLiteralKeys: private to its TypeScript
  return planner['federatedQueryGraph'];
}

function needsOtherSubgraphs(graph: Graph, { type, source }: Vertex): boolean {
  const schema = graph.sources.get(source);
  const metadata = schema && federationMetadata(schema);
  if (!metadata || !(isObjectType(type) || isInterfaceType(type))) return false;
  const fromContext = metadata.fromContextDirective();
  return type
    .fields()
    .some(
      (field) =>
        metadata.isFieldExternal(field) ||
        field
          .arguments()
          .some(({ appliedDirectives }) => appliedDirectives.some(({ name }) => name === fromContext.name)),
    );
}
