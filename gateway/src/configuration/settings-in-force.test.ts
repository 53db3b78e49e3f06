import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { describeSettings } from './settings-in-force.ts';
import { folder, read, withGateway, write } from './testing/written-file.ts';

const FILE = `subgraphs:
  a:
    routing_url: \${env.A_URL:-http://a:1/}
    schema: { file: a.graphql }
    timeout: \${env.A_TIMEOUT:-2s}
gateway:
  listen: 127.0.0.1:\${env.PORT}
  introspection: \${env.ASK}
  cors:
    origins: [https://shop.example, "\${env.ORIGIN:-https://admin.example}"]
`;
const ENV = { A_TIMEOUT: '3s', PORT: '5000', ASK: 'false', ORIGIN: 'https://b.example', LANDING_PAGE: 'graphiql' };

writeFileSync(join(folder, 'a.graphql'), '');

/** Returns the value and the comment of a line. */
function line(text: string, key: string): (string | undefined)[] {
  const [, value, source] = new RegExp(`^ *${key}: (.*?) +# (.*)$`, 'm').exec(text) ?? [];
  return [value, source];
}

test('prints every setting with its origin', () => {
  const text = describeSettings(write(FILE, ENV));
  assert.deepEqual(line(text, 'routing_url'), ['http://a:1/', 'supergraph.yaml:3']);
  assert.deepEqual(line(text, 'timeout'), ['3s', 'supergraph.yaml:5, environment variable A_TIMEOUT']);
  assert.deepEqual(line(text, 'listen'), ['127.0.0.1:5000', 'supergraph.yaml:7, environment variable PORT']);
  assert.deepEqual(line(text, 'introspection'), ['false', 'supergraph.yaml:8, environment variable ASK']);
  assert.deepEqual(line(text, 'landing_page'), ['graphiql', 'environment variable LANDING_PAGE']);
  const origins = ['[https://shop.example, https://b.example]', 'supergraph.yaml:10, environment variable ORIGIN'];
  assert.deepEqual(line(text, 'origins'), origins);
  assert.deepEqual(line(text, 'batch_entities'), ['true', 'default']);
  assert.deepEqual(line(text, 'max_age'), ['10m', 'default']);
});

test('names production mode and variables that win over the file', () => {
  const text = describeSettings(write(FILE, { ...ENV, LANDING_PAGE: '', NODE_ENV: 'production', HOST: '0.0.0.0' }));
  assert.deepEqual(line(text, 'landing_page'), ['false', 'default with NODE_ENV=production']);
  assert.deepEqual(line(text, 'listen'), ['0.0.0.0:5000', 'environment variable HOST']);
  assert.deepEqual(line(text, 'introspection'), ['false', 'supergraph.yaml:8, environment variable ASK']);
});

test('prints a file that gives the same settings in any environment', () => {
  const settings = read(FILE, ENV);
  assert.deepEqual(read(describeSettings(write(FILE, ENV))), settings);
  const smallest = withGateway('  {}');
  assert.deepEqual(read(describeSettings(write(smallest)), { NODE_ENV: 'production' }), read(smallest));
});

test('prints no secret', () => {
  const text = describeSettings(
    write(
      `subgraphs: { a: { routing_url: "http://a/?key=hunter4", schema: { sdl: "\${env.SDL_SECRET}" }, secret: hunter5hunter5hunter5 } }
gateway: { traffic_shaping: { rate_limit: { capacity: 1, interval: 1s, redis: { url: "redis://:hunter2@a" } } } }`,
      { SDL_SECRET: 'hunter3' },
    ),
  );
  assert.doesNotMatch(text, /hunter/);
  assert.equal(parse(text).gateway.traffic_shaping.rate_limit.redis.url, 'redis://***@a');
  assert.equal(parse(text).subgraphs.a.secret, '***');
});
