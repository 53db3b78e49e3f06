import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { parse } from 'graphql';
import { ExternalFields } from './external-fields.ts';
import { validatePlan } from './plan-validation.ts';

const EXTERNAL = new ExternalFields(
  parse(`
    enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
    type Query {
      books: [Book] @join__field(graph: A)
      best: Book @join__field(graph: B, provides: "title shop { name }")
      own: Book @join__field(graph: B)
    }
    type Book @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
      id: ID! @join__field(graph: A) @join__field(graph: B, external: true)
      title: String @join__field(graph: A) @join__field(graph: B, external: true)
      shop: Shop
      cost: Int @join__field(graph: B, requires: "title")
    }
    type Shop { name: String @join__field(graph: A) @join__field(graph: B, external: true) }
  `),
);

function root(serviceName: string, operation: string): FetchNode {
  return {
    kind: 'Fetch',
    serviceName,
    operation,
    operationKind: 'query' as never,
    operationName: undefined,
  } as FetchNode;
}

function entities(
  path: string[],
  serviceName: string,
  selections: string,
  keys: string[],
  context: string[] = [],
): PlanNode {
  const operation = `query($representations:[_Any!]!){_entities(representations:$representations){...on Book{${selections}}}}`;
  const fields = keys.map((name) => ({ kind: 'Field' as const, name }));
  const node: FetchNode = {
    ...root(serviceName, operation),
    requires: [{ kind: 'InlineFragment', typeCondition: 'Book', selections: fields }],
    contextRewrites: context.map((key) => ({
      kind: 'KeyRenamer',
      path: ['..', key],
      renameKeyTo: 'contextualArgument_1_0',
    })),
  };
  return { kind: 'Flatten', path, node };
}

const sequence = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes });
const parallel = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Parallel', nodes });
const check = (node: PlanNode) => validatePlan({ kind: 'QueryPlan', node }, EXTERNAL);

for (const [name, node, coordinate] of [
  ['a field that is @external in its subgraph', root('b', '{own{title}}'), 'Book.title'],
  ['an @external field of a value type', root('b', '{own{shop{name}}}'), 'Shop.name'],
  [
    'a representation whose field nothing has fetched',
    sequence(root('a', '{books{__typename id}}'), entities(['books', '@'], 'b', 'cost', ['id', 'title'])),
    'Book.title',
  ],
  [
    'a representation whose field is fetched beside it',
    sequence(
      root('a', '{books{__typename id}}'),
      parallel(
        entities(['books', '@'], 'a', 'title', ['id']),
        sequence(
          entities(['books', '@'], 'b', 'shop{__typename}', ['id']),
          entities(['books', '@'], 'b', 'cost', ['id', 'title']),
        ),
      ),
    ),
    'Book.title',
  ],
  [
    'a context value that nothing has fetched',
    sequence(
      root('a', '{shelf{books{__typename id}}}'),
      entities(['shelf', 'books', '@'], 'b', 'cost', ['id'], ['name']),
    ),
    'shelf.name',
  ],
] as const) {
  test(`refuses a plan with ${name}`, () => {
    assert.throws(() => check(node), { name: 'InvalidPlanError', coordinate });
  });
}

for (const [name, node] of [
  ['an @external field that a @provides gives', root('b', '{best{title shop{name}}}')],
  ['an @external key', root('b', '{own{id}}')],
  [
    'a representation of fields from two fetches',
    sequence(
      parallel(root('a', '{books{__typename id}}'), root('a', '{other:books{id}}')),
      entities(['books', '@'], 'a', 't:title title', ['id']),
      entities(['books', '@'], 'b', 'cost', ['id', 'title']),
    ),
  ],
  [
    'a context value from a fetch before',
    sequence(
      root('a', '{shelf{name books{__typename id}}}'),
      entities(['shelf', 'books', '@'], 'b', 'cost', ['id'], ['name']),
    ),
  ],
] as const) {
  test(`accepts a plan with ${name}`, () => check(node));
}
