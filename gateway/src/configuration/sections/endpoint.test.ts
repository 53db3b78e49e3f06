import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mistakesOf, read, withGateway } from '../testing/written-file.ts';

const LISTEN =
  'give an address and a port, such as 127.0.0.1:4000 or [::]:4000, or a socket, such as unix:/run/lockstep/gateway.sock';
const PATH = 'give a path such as /graphql, with / followed by letters, digits, - _ . ~ /';

/** Wrong values with their messages. */
const WRONG: [lines: string, mistake: string][] = [
  ['listen: 4000', `listen: 4000: ${LISTEN}`],
  ['listen: ":4000"', `listen: ":4000": ${LISTEN}`],
  ['listen: "::1:4000"', `listen: "::1:4000": ${LISTEN}`],
  ['listen: localhost:65536', `listen: "localhost:65536": ${LISTEN}`],
  ['listen: http://localhost:4000', `listen: "http://localhost:4000": ${LISTEN}`],
  ['path: graphql', `path: "graphql": ${PATH}`],
  ['path: /a?b', `path: "/a?b": ${PATH}`],
  ['introspection: off', 'introspection: "off": give true or false'],
  ['landing_page: apollo', 'landing_page: "apollo": give true, sandbox, graphiql or false'],
  ['csrf: { required_headers: [] }', 'csrf.required_headers: is an empty list: give at least one header'],
  ['csrf: { required_headers: x }', 'csrf.required_headers: "x": give a list of header names'],
  ['cors: { origins: https://a.example }', 'cors.origins: "https://a.example": give a list of origins'],
  ['cors: { max_age: 600 }', 'cors.max_age: 600: give a duration such as 500ms, 2s or 1m'],
  ['cors: { expose_headers: [1] }', 'cors.expose_headers.0: 1: give the name of a header'],
  ['health_check: { ready: ready }', `health_check.ready: "ready": ${PATH.replace('graphql', 'health/ready')}`],
  ['health_check: { live: /graphql }', 'health_check.live: "/graphql": the path is in use; give another'],
  ['include_subgraph_errors: { all: 1 }', 'include_subgraph_errors.all: 1: give true or false'],
  ['include_subgraph_errors: { a: maybe }', 'include_subgraph_errors.a: "maybe": give true or false'],
  ['include_subgraph_errors: { b: true }', 'include_subgraph_errors.b: true: unknown subgraph; give all, or one of a'],
];

for (const [lines, mistake] of WRONG) {
  test(`rejects ${lines} with advice`, () => {
    assert.deepEqual(mistakesOf(withGateway(`  ${lines}`)), [`2: gateway.${mistake}`]);
  });
}

test('listens on a host name, an IPv4 or an IPv6 address', () => {
  const listen = (text: string) => read(withGateway(`  listen: "${text}"`)).gateway.listen;
  assert.deepEqual(listen('localhost:0'), { host: 'localhost', port: 0 });
  assert.deepEqual(listen('0.0.0.0:80'), { host: '0.0.0.0', port: 80 });
  assert.deepEqual(listen('[::]:65535'), { host: '::', port: 65_535 });
});

test('rejects error codes that are no list, and a relative subgraph_url', () => {
  const subgraph = (rest: string) => `subgraphs: { a: { routing_url: "http://a/", ${rest} } }`;
  assert.deepEqual(mistakesOf(subgraph('schema: { file: a }, error_codes: GONE')), [
    '1: subgraphs.a.error_codes: "GONE": give a list of codes',
  ]);
  assert.deepEqual(mistakesOf(subgraph('schema: { subgraph_url: "a:4001" }')), [
    '1: subgraphs.a.schema.subgraph_url: "a:4001": give an address that starts with http:// or https://',
  ]);
});
