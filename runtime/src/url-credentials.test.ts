import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasNoCredentials, withoutCredentials, withoutQuery } from './url-credentials.ts';

const WITH_CREDENTIALS = [
  'https://ada:hunter2@shop.example/a@b',
  'https://hunter2@shop.example',
  'https://:hunter2@shop.example?a@b',
  'https://ada:x@hunter2@shop.example',
  'https://ada:x y hunter2@shop.example',
  'https:ada:hunter2@shop.example',
  'https:/ada:hunter2@shop.example',
  String.raw`https:\\ada:hunter2@shop.example`,
  ' https://ada:hunter2@shop.example',
];

for (const url of WITH_CREDENTIALS) {
  test(`masks the credentials in ${JSON.stringify(url)}`, () => {
    assert.equal(hasNoCredentials(url), false);
    assert.match(withoutCredentials(url), /^ ?https:.*\*\*\*@shop\.example/);
    assert.doesNotMatch(withoutCredentials(url), /hunter2|ada/);
  });
}

for (const end of ['/', '?', '#', '/@', '\\']) {
  test(`masks a password with ${end} that is not encoded`, () => {
    for (const password of [`hunter${end}2`, `${end}hunter2`, `hunter2${end}`]) {
      const shown = withoutQuery(withoutCredentials(`redis://:${password}@cache:6379/0`));
      assert.equal(shown, 'redis://***@cache:6379/0');
    }
  });
}

for (const url of [
  'https://shop.example/@ada',
  'https://shop.example/?to=a@b',
  'https://shop.example',
  'localhost:4001',
]) {
  test(`leaves ${url} as it is`, () => {
    assert.equal(hasNoCredentials(url), true);
    assert.equal(withoutCredentials(url), url);
  });
}

test('masks the query of a URL, and nothing else', () => {
  assert.equal(withoutQuery('https://shop.example/a?key=hunter2&b=?#top'), 'https://shop.example/a?***#top');
  assert.equal(withoutQuery(' https:shop.example?hunter2'), ' https:shop.example?***');
  for (const text of [
    'https://shop.example/a#b?c',
    'https://shop.example/?',
    'is this it?',
    'type Query { "https://a?b" a: Int }',
  ]) {
    assert.equal(withoutQuery(text), text);
  }
});
