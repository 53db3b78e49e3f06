import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Afterwards, start, temporaryFolder } from './graph.ts';
import { ROOT, type RunningProcess } from './process.ts';
import { type Subgraph, type SubgraphCall, type SubgraphReply, serveSubgraph } from './subgraph.ts';
import { replace } from './supergraph-files.ts';
import { until } from './waiting.ts';

const THINGS = `type Query { thing: Thing, count: Int } type Mutation { rename: Thing }
  type Thing @key(fields: "id") { id: ID! }`;
const GUARDED_THINGS = THINGS.replace('count: Int', 'count: Int @authenticated');
const NAMES = `type Query { word: String, strict: Int! } type Subscription { word: String }
  type Thing @key(fields: "id") { id: ID! name: String }`;

const TAGGED_NAMES = NAMES.replace('word: String,', 'word: String @cacheTag(format: "words"),').replace(
  '@key(fields: "id")',
  '@key(fields: "id") @cacheTag(format: "name-{$key.id}")',
);

/** A gateway over two of the test's own subgraphs: `things` has a thing, and `names` its name. */
export interface Gateway {
  readonly url: string;
  readonly process: RunningProcess;
  readonly folder: string;
  readonly things: Subgraph;
  readonly names: Subgraph;
  /** Parts of the subgraphs' responses besides their data. */
  reply: (subgraph: 'things' | 'names', call: SubgraphCall) => Partial<SubgraphReply> | Promise<Partial<SubgraphReply>>;
  /** Replaces its settings. */
  configure(settings: Settings): Promise<void>;
}

/** Settings below `gateway` and below each subgraph, in YAML's flow style. */
export interface Settings {
  readonly gateway?: string;
  readonly things?: string;
  readonly names?: string;
  /** True if the schemas require a token for the count. */
  readonly isCountGuarded?: boolean;
  /** True if answers have tags. */
  readonly isTagged?: boolean;
}

/** @param files texts of files beside the supergraph file, by name */
export async function startGateway(
  t: Afterwards,
  settings: Settings,
  files: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const folder = await temporaryFolder(t);
  const served: Pick<Gateway, 'reply'> = { reply: () => ({}) };
  const things = await serveSubgraph(t, async (call) => ({
    body: { data: { thing: { __typename: 'Thing', id: '1' }, count: 1, rename: { id: '1' } } },
    ...(await served.reply('things', call)),
  }));
  const names = await serveSubgraph(t, async (call) => ({
    body: { data: namesFor(call) },
    ...(await served.reply('names', call)),
  }));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules')); // for their imports
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const file = join(folder, 'supergraph.yaml');
  const configure = ({
    gateway = '',
    things: ofThings = '',
    names: ofNames = '',
    isCountGuarded = false,
    isTagged = false,
  }: Settings) =>
    replace(
      file,
      `subgraphs:
  things: { routing_url: "${things.url}", schema: { sdl: ${JSON.stringify(linked(isCountGuarded ? GUARDED_THINGS : THINGS))} }, ${ofThings} }
  names: { routing_url: "${names.url}", schema: { sdl: ${JSON.stringify(isTagged ? linked(TAGGED_NAMES, 12) : linked(NAMES))} }, ${ofNames} }
gateway: { ${gateway} }
`,
    );
  await configure(settings);
  const process = await start(t, 'gateway', { SUPERGRAPH_FILE: file });
  return Object.assign(served, { url: process.url, process, folder, things, names, configure });
}

function namesFor({ variables: { representations } }: SubgraphCall): object {
  if (!Array.isArray(representations)) return { word: 'hello', strict: 1 };
  return { _entities: representations.map(({ id }) => ({ __typename: 'Thing', name: `name of ${id}` })) };
}

function linked(sdl: string, version = 9): string {
  const imports = `["@key", "@authenticated"${version >= 12 ? ', "@cacheTag"' : ''}]`;
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.${version}", import: ${imports}) ${sdl}`;
}

interface Body {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the test asked for
  readonly data: any;
  readonly errors: {
    readonly message: string;
    readonly path?: unknown[];
    readonly extensions: Record<string, unknown>;
  }[];
}

/** Sends an operation. Resolves with the whole answer. */
export async function send(url: string, query: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as Body;
  return { status: response.status, headers: response.headers, data, errors };
}

/** Asserts that two clients that send the same operation twice each cause two calls, and that each gets its own answer. */
export async function assertSharedInPairs(
  gateway: Gateway,
  clients: readonly [one: Headers, other: Headers],
): Promise<void> {
  const [one, other] = clients;
  await until(
    () => sendTogether(gateway, '{ count }', [one, other, one, other], 2),
    ({ answers, things }) => {
      assert.deepEqual(
        answers.map(({ data }) => data.count),
        [1, 2, 1, 2],
      );
      return things.length === 2;
    },
  );
}

type Headers = Readonly<Record<string, string>>;

/**
 * Sends an operation for several clients at the same time, and holds all responses back until there are enough calls.
 *
 * @param clients headers of each client
 * @param distinct minimum number of calls
 */
export async function sendTogether(
  gateway: Gateway,
  query: string,
  clients: readonly Record<string, string>[],
  distinct: number,
) {
  const { reply, things, names, url } = gateway;
  const { promise: all, resolve: release } = Promise.withResolvers<void>();
  things.calls.length = names.calls.length = 0;
  gateway.reply = async (...given) => {
    await all;
    return reply(...given);
  };
  const answers = Promise.all(clients.map((headers) => send(url, query, headers)));
  await until(
    () => things.calls.length + names.calls.length,
    (count) => count >= distinct,
  );
  release();
  const got = await answers;
  gateway.reply = reply;
  return { answers: got, things: [...things.calls], names: [...names.calls] };
}
