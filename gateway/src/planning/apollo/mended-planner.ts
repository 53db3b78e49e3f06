import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import type * as QueryPlannerModule from '@apollo/query-planner';
import { checkPlanningTime } from './planning-time.ts';

/** One change to a line of @apollo/query-planner 2.14.4. */
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

/** Places that planning passes all the time: for each option, and for each plan that is weighed. */
const CHECKS_OF_TIME: readonly Mend[] = [
  'const followupForOption = ',
  'const first = toHandle[0];',
  'const updatedDependencyGraph = p.graph.clone();',
  'const { main, deferred } = dependencyGraph.process(this.costFunction, this.rootKind);',
  'const { tree, group, path, context, deferContext, contextToConditionsGroups } = stack.pop();',
].map((from) => ({ from, to: `exports.checkPlanningTime(); ${from}` }));

const FILE = createRequire(import.meta.url).resolve('@apollo/query-planner/dist/buildPlan.js');

/**
 * Loads a copy of the planner with its faults mended that no other code can work around. The package itself stays as it is
 * for others, such as ApolloGateway.
 *
 * @throws if the package isn't the version that the changes are for
 */
function load(mends: readonly Mend[]): Pick<typeof QueryPlannerModule, 'QueryPlanner'> {
  const source = mends.reduce(
    (text, { from, to }) => {
      if (text.split(from).length !== 2)
        throw new Error(`${FILE} is not @apollo/query-planner 2.14.4: no "${from}" in it`);
      return text.replace(from, () => to);
    },
    readFileSync(FILE, 'utf8'),
  );
  const copy = new Module(FILE);
  copy.filename = FILE;
  Object.assign(copy, { paths: createRequire(FILE).resolve.paths('') });
  compile(copy, source);
  Object.assign(copy.exports, { checkPlanningTime });
  return copy.exports;
}

function compile(copy: Module, source: string): void {
  if (!('_compile' in copy) || typeof copy._compile !== 'function')
    throw new Error('Node has no Module.prototype._compile');
  copy._compile(source, FILE);
}

export const { QueryPlanner } = load([...NESTED_KEY_OF_REQUIRES, ...CHECKS_OF_TIME]);
