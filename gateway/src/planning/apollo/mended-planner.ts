import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import type * as QueryPlannerModule from '@apollo/query-planner';
import { costOf, sideBySide } from './plan-cost.ts';
import { checkCombinations, checkPlanningTime } from './planning-time.ts';

/** One change to a line of @apollo/query-planner or @apollo/query-graphs 2.14.4. */
interface Mend {
  readonly from: string;
  readonly to: string;
}

/**
 * A `@requires` on an entity whose key has a field below it that another subgraph gives: that field is fetched at a deeper
 * path than the entity, so that there is no path down from the one fetch to the other. The planner takes the reverse path,
 * and fails with "Cannot read properties of undefined". As mended in the router by
 * https://github.com/apollographql/router/pull/9926; requires.test.ts reproduces it.
 */
const NESTED_KEY_OF_REQUIRES: readonly Mend[] = [
  {
    from: 'path = maybeSubstratPathPrefix(conditionGroupParents[0].path, pathInParent);',
    to: 'path = maybeSubstratPathPrefix(conditionGroupParents[0].path, pathInParent)?.length === 0 ? [] : undefined;',
  },
  {
    from: 'if (parent.path) {\n                for (const created of createdGroups) {',
    to: 'if (!parent.path) {\n                unmergedGroups.push(...createdGroups);\n            }\n            else {\n                for (const created of createdGroups) {',
  },
  {
    from: '(0, federation_internals_1.assert)(parent.path, `Missing path-in-parent for @requires on ${edge} with group ${group} and parent ${parent}`);\n        let requirePath = path.forParentOfGroup(parent.path, parent.group.parentType.schema());',
    to: 'let requirePath = parent.path && path.forParentOfGroup(parent.path, parent.group.parentType.schema());',
  },
  {
    from: 'if (!keyCondition.canRebaseOn(',
    to: 'if (!requirePath || !keyCondition.canRebaseOn(',
  },
];

/** All conditions around a place in a fetch: its first elements have those from above the fetch. */
const CONDITIONS_AROUND =
  'path.inGroup().reduce((context, element) => context.withContextOf(element), query_graphs_1.emptyContext)';

/**
 * The fetch of a field with `@requires` or `@fromContext` forgets the conditions around the field in the fetch before: of
 * `{ item { weight } item @skip(if: $no) { cost } }`, it fetches `cost` whatever `$no` is. As mended in the router by
 * https://github.com/apollographql/router/pull/10063; requires.test.ts, context.test.ts and interface-objects.test.ts
 * reproduce it.
 */
const CONDITIONS_OF_FETCHES_AFTER: readonly Mend[] = [
  {
    from: 'createPostRequiresGroup(dependencyGraph, edge, group, path, context, handleRequiresResult);',
    to: `createPostRequiresGroup(dependencyGraph, edge, group, path, ${CONDITIONS_AROUND}, handleRequiresResult);`,
  },
  {
    from: 'createFetchInitialPath(dependencyGraph.supergraphSchema, edge.head.type, context)',
    to: `createFetchInitialPath(dependencyGraph.supergraphSchema, edge.head.type, ${CONDITIONS_AROUND})`,
  },
  {
    from: 'wrapInputsSelections(inputType, inputSelectionSet.get(), context)',
    to: `wrapInputsSelections(inputType, inputSelectionSet.get(), ${CONDITIONS_AROUND})`,
  },
];

/** Places that planning passes all the time: for each option, and for each plan that is weighed. */
const CHECKS_OF_TIME: readonly Mend[] = [
  'const followupForOption = ',
  'const first = toHandle[0];',
  'const updatedDependencyGraph = p.graph.clone();',
  'const { main, deferred } = dependencyGraph.process(this.costFunction, this.rootKind);',
  'const { tree, group, path, context, deferContext, contextToConditionsGroups } = stack.pop();',
].map((from) => ({ from, to: `exports.checkPlanningTime(); ${from}` }));

/**
 * The planner combines the ways to each implementation of an interface in one go: millions of them for
 * `{ named { named { named { id } } } }` if four subgraphs share six implementations.
 */
const CHECK_OF_COMBINATIONS: Mend = {
  from: 'const product = new Array(totalCombinations);',
  to: 'exports.checkCombinations(totalCombinations); const product = new Array(totalCombinations);',
};

/**
 * A field that subgraphs give by an `@interfaceObject`, reached through a subgraph that has the interface: the planner takes
 * the key of the interface, and also tries each combination of the ways to each type behind it. With three types these are
 * more than 10^8 at the third such field in a row, and memory ends. The key of the interface is enough. No upstream issue is
 * known; interface-objects.test.ts reproduces it.
 */
const COMBINED_TYPES_OF_INTERFACE: readonly Mend[] = [
  {
    from: 'let implementations;\n                if (fieldIsOfAnImplementation) {',
    to: `let implementations;
                const isGivenByInterfaceObject = ({ tail, conditions }) =>
                    (0, federation_internals_1.isInterfaceObjectType)(tail.type)
                        && tail.type.name === currentType.name
                        && tail.type.field(field.name)
                        && conditions?.selections().every((key) => key.kind === 'FieldSelection' && currentType.field(key.element.name));
                if (!itfEdge && !fieldIsOfAnImplementation && path.graph.outEdges(path.tail).some(isGivenByInterfaceObject)) {
                    return { options: undefined };
                }
                if (fieldIsOfAnImplementation) {`,
  },
];

/**
 * The planner takes the plan with the fewest fetches of those as deep. Fetches of one stage to one subgraph are one call
 * here: of the subgraphs that could give a field, one that is called at that stage anyway costs nothing more.
 */
const COST_OF_CALLS: readonly Mend[] = [
  {
    from: 'onFetchGroup: (group) => (fetchCost + group.cost()),',
    to: 'onFetchGroup: (group) => [new Map([[group.subgraphName, group.cost()]])],',
  },
  {
    from: 'reduceParallel: (values) => parallelCost(values),',
    to: 'reduceParallel: (values) => exports.sideBySide(values),',
  },
  { from: 'reduceSequence: (values) => sequenceCost(values),', to: 'reduceSequence: (values) => values.flat(),' },
  { from: '? main\n            : this.costFunction', to: '? exports.costOf(main)\n            : this.costFunction' },
];

/** Makes the planner use the mended copy of a part of @apollo/query-graphs. */
const MENDED_QUERY_GRAPHS: Mend = {
  from: 'const query_graphs_1 = require("@apollo/query-graphs");',
  to: 'const query_graphs_1 = exports.queryGraphs = { ...require("@apollo/query-graphs") };',
};

const VERSION = '2.14.4';
const planner = createRequire(import.meta.url).resolve('@apollo/query-planner/dist/buildPlan.js');
const graphPath = createRequire(planner).resolve('@apollo/query-graphs/dist/graphPath.js');

/**
 * Loads a copy of a file of the planner with its faults mended that no other code can work around. The package itself stays
 * as it is for others, such as ApolloGateway.
 *
 * @throws if the package isn't the version that the changes are for
 */
function load<Exports extends object>(file: string, mends: readonly Mend[]): Exports {
  const source = mends.reduce(
    (text, { from, to }) => {
      if (text.split(from).length !== 2) throw new Error(`${file} is not of version ${VERSION}: no "${from}" in it`);
      return text.replace(from, () => to);
    },
    readFileSync(file, 'utf8'),
  );
  const copy = new Module(file);
  copy.filename = file;
  Object.assign(copy, { paths: createRequire(file).resolve.paths('') });
  compile(copy, source);
  return Object.assign(copy.exports, { checkCombinations, checkPlanningTime, costOf, sideBySide });
}

function compile(copy: Module, source: string): void {
  if (!('_compile' in copy) || typeof copy._compile !== 'function')
    throw new Error('Node has no Module.prototype._compile');
  copy._compile(source, copy.filename);
}

const { QueryPlanner, queryGraphs } = load<
  Pick<typeof QueryPlannerModule, 'QueryPlanner'> & { readonly queryGraphs: object }
>(planner, [
  ...NESTED_KEY_OF_REQUIRES,
  ...CONDITIONS_OF_FETCHES_AFTER,
  ...CHECKS_OF_TIME,
  ...COST_OF_CALLS,
  MENDED_QUERY_GRAPHS,
]);
Object.assign(queryGraphs, load(graphPath, [CHECK_OF_COMBINATIONS, ...COMBINED_TYPES_OF_INTERFACE]));

export { QueryPlanner };
