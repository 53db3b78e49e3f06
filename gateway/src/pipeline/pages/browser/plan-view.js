// The view beside the answer in the explorer: what an operation did, and what took the time.

import { element } from './element.js';
import { planRows } from './plan-rows.js';

/** Width from which the view stands beside the answer, and is open at first. */
const WIDE = matchMedia('(min-width: 1100px)');

/** Key under which the browser remembers if the view is open. */
const OPEN = 'lockstep:plan-open';

const NO_PLAN =
  'The answer has no plan. In production, give the secret as the header apollo-expose-query-plan, in the editor for headers.';

/**
 * Returns the function by which GraphiQL sends operations. It asks for the plan of each, shows it in the view, and leaves it out
 * of the answer.
 */
export function planFetcher(endpoint) {
  const view = document.querySelector('#plan details');
  view.open = (localStorage.getItem(OPEN) ?? String(WIDE.matches)) === 'true';
  view.addEventListener('toggle', () => localStorage.setItem(OPEN, view.open));
  return async (operation, { headers } = {}) => {
    const isIntrospection = operation.operationName === 'IntrospectionQuery';
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...(isIntrospection ? {} : { 'apollo-expose-query-plan': 'true' }),
        ...headers,
      },
      body: JSON.stringify(operation),
    });
    const answer = await response.json();
    if (!isIntrospection) show(takePlan(answer), view);
    return answer;
  };
}

function takePlan(answer) {
  const { apolloQueryPlan, ...extensions } = answer.extensions ?? {};
  delete answer.extensions;
  if (Object.keys(extensions).length > 0) answer.extensions = extensions;
  return apolloQueryPlan;
}

function show(report, view) {
  view.querySelector('[role=status]').textContent = report?.summary ?? NO_PLAN;
  const rows = report ? planRows(report).map((row) => rowElement(row, report.durationMs)) : [];
  view.querySelector('tbody').replaceChildren(...rows);
  view.querySelector('table').hidden = rows.length === 0;
  view.querySelector('.omitted').textContent = report?.omitted
    ? `${report.omitted} nodes, fetches and calls are left out.`
    : '';
}

function rowElement({ depth, kind, label, startMs, durationMs, note, operation, hasFailed }, totalMs) {
  const row = element('tr', { className: `${kind}${hasFailed ? ' failed' : ''}` });
  const heading = element('th', { scope: 'row' }, operation ? documentElement(label, operation) : label);
  heading.style.paddingInlineStart = `${depth + 0.5}em`;
  row.append(heading, trackElement({ startMs, durationMs }, totalMs));
  row.append(element('td', { className: 'ms' }, timeOf(startMs, durationMs)), element('td', {}, note));
  return row;
}

function documentElement(label, operation) {
  return element('details', {}, element('summary', {}, label), element('pre', {}, operation));
}

function trackElement({ startMs, durationMs = Number.POSITIVE_INFINITY }, totalMs) {
  const cell = element('td', { className: 'track' });
  if (startMs === undefined) return cell;
  const bar = element('div');
  const left = Math.min(100, (100 * startMs) / totalMs);
  bar.style.marginInlineStart = `${left}%`;
  bar.style.width = `${Math.min(100 - left, (100 * durationMs) / totalMs)}%`;
  cell.append(bar);
  return cell;
}

function timeOf(startMs, durationMs) {
  if (startMs === undefined) return '';
  return durationMs === undefined ? 'not over' : `${durationMs.toFixed(1)} ms`;
}
