import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutSecrets } from './secrets.ts';

test('masks the values of secret keys and of secret variables', () => {
  assert.equal(withoutSecrets('hunter2', [{ type: 'string', writeOnly: true }], []), '***');
  for (const name of ['REDIS_PASSWORD', 'API_KEY', 'subgraph_secret', 'AUTH_TOKEN', 'OTEL_EXPORTER_OTLP_HEADERS']) {
    assert.equal(withoutSecrets('hunter2', [{ type: 'string' }], ['PORT', name]), '***');
  }
  assert.equal(withoutSecrets('hunter2', [{ type: 'string' }], ['USERS_URL']), 'hunter2');
  assert.equal(withoutSecrets(5, [{ type: 'number' }], []), 5);
});

test('masks the credentials in a URL', () => {
  assert.equal(withoutSecrets('redis://:hunter2@cache:6379/0', [], []), 'redis://***@cache:6379/0');
  assert.equal(withoutSecrets('https://ada:hunter2@shop.example/a@b', [], []), 'https://***@shop.example/a@b');
  assert.equal(withoutSecrets('https://shop.example/@ada', [], []), 'https://shop.example/@ada');
  assert.equal(withoutSecrets('https://shop.example/?key=hunter2', [], []), 'https://shop.example/?***');
});
