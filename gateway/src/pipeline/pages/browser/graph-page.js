// The page of the graph: its subgraphs and their states, the last changes, and its types and fields by owner.

import { element } from './element.js';

const { path } = document.body.dataset;

/** Time between two looks at the states of the subgraphs. */
const INTERVAL_MS = 5000;

/** Maximum number of types that are shown; the search finds the others. */
const MAX_SHOWN = 200;

const find = (id) => document.getElementById(id);
const [search, owner] = [find('search'), find('owner')];
let types = [];

/** Time of the last change when the types were read. */
let typesFrom;

await Promise.all([loadTypes(), loadStatus()]);
setInterval(() => document.visibilityState === 'visible' && loadStatus(), INTERVAL_MS);
search.addEventListener('input', showTypes);
owner.addEventListener('change', showTypes);
search.form.addEventListener('submit', (event) => event.preventDefault());
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target === search) return;
  event.preventDefault();
  search.focus();
});

/** Returns undefined if the gateway doesn't answer, or refuses. */
async function read(what) {
  const response = await fetch(`${path}/${what}`).catch(() => undefined);
  return response?.ok ? response.json() : undefined;
}

async function loadTypes() {
  types = (await read('types')) ?? types;
  const owners = new Set(types.flatMap((type) => [type, ...type.members]).flatMap((one) => one.owners));
  const chosen = owner.value;
  const [any] = owner.options;
  owner.replaceChildren(any, ...[...owners].sort().map((name) => element('option', { value: name }, name)));
  owner.value = owners.has(chosen) ? chosen : '';
  showTypes();
}

async function loadStatus() {
  const status = await read('status');
  document.body.classList.toggle('lost', !status);
  if (!status)
    return find('subgraphs').replaceChildren(element('li', { className: 'down' }, 'The gateway does not answer.'));
  find('subgraphs').replaceChildren(...status.subgraphs.map(subgraphElement));
  find('changes').replaceChildren(...status.changes.map(changeElement));
  find('no-changes').hidden = status.changes.length > 0;
  const changedAt = status.changes[0]?.at;
  if (changedAt === typesFrom) return;
  typesFrom = changedAt;
  await loadTypes();
}

function subgraphElement({ name, failure, durationMs, breaker }) {
  const state = failure === undefined ? `up, answered in ${durationMs} ms` : `down: ${failure}`;
  const circuit = breaker === undefined || breaker === 'closed' ? '' : `; circuit breaker ${breaker}`;
  return element(
    'li',
    { className: failure === undefined ? 'up' : 'down' },
    element('strong', {}, name),
    ` ${state}${circuit}`,
  );
}

function changeElement({ at, outcome, what, reason, api }) {
  const item = element('li', { className: outcome });
  item.append(element('time', { dateTime: at }, new Date(at).toLocaleTimeString()), ` ${outcome}`);
  if (what.length > 0) item.append(`: ${what.join('; ')}`);
  if (reason !== undefined) item.append(element('pre', {}, reason));
  const lines = api ? apiLines(api) : [];
  if (api && lines.length === 0) item.append(element('p', {}, 'The API stayed as it was.'));
  if (lines.length > 0) item.append(element('ul', {}, ...lines.map((line) => element('li', {}, line))));
  return item;
}

function apiLines({ added, removed, changed, omitted }) {
  return [
    ...added.map((coordinate) => `added ${coordinate}`),
    ...removed.map((coordinate) => `removed ${coordinate}`),
    ...changed.map((coordinate) => `changed ${coordinate}`),
    ...(omitted > 0 ? [`and ${omitted} more`] : []),
  ];
}

function showTypes() {
  const text = search.value.trim().toLowerCase();
  const isOwned = ({ owners }) => owner.value === '' || owners.includes(owner.value);
  const matches = ({ name }) => name.toLowerCase().includes(text);
  const found = types.flatMap((type) => {
    const members = type.members.filter((member) => isOwned(member) && (matches(type) || matches(member)));
    return members.length > 0 || (isOwned(type) && matches(type)) ? [{ ...type, members }] : [];
  });
  const shown = found.slice(0, MAX_SHOWN);
  const isNarrow = text !== '' && found.length <= 10;
  find('types').replaceChildren(...shown.map((type) => typeElement(type, isNarrow)));
  const rest = found.length > shown.length ? `, of which the first ${shown.length} are shown` : '';
  find('count').textContent = `${found.length} of ${types.length} types${rest}`;
}

function typeElement({ kind, name, owners, description, members }, isOpen) {
  const title = element('summary', {}, element('code', {}, `${kind} ${name}`), ...owners.map(ownerElement));
  const details = element('details', { open: isOpen }, title);
  if (description) details.append(element('p', {}, description));
  details.append(element('ul', {}, ...members.map(memberElement)));
  return details;
}

function memberElement({ name, type, owners, description, deprecated }) {
  const item = element('li', {}, element('code', {}, type === undefined ? name : `${name}: ${type}`));
  item.append(...owners.map(ownerElement));
  if (description) item.append(element('p', {}, description));
  if (deprecated) item.append(element('p', { className: 'deprecated' }, `Deprecated: ${deprecated}`));
  return item;
}

function ownerElement(name) {
  return element('span', { className: 'owner' }, name);
}
