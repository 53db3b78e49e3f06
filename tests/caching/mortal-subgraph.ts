import { serveSubgraph } from '../harness/subgraph.ts';

// A subgraph in a process of its own, to be killed. It tells its URL to the process that has forked it.

const [cacheControl = ''] = process.argv.slice(2);
const { url } = await serveSubgraph({ after() {} }, () => ({
  headers: { 'cache-control': cacheControl },
  body: { data: { _entities: [{ __typename: 'Thing', name: 'of a real process' }] } },
}));
process.send?.(url);
