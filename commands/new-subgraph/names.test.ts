import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNames, rename } from './names.ts';

test('takes the name of the entity from the name of the subgraph', () => {
  assert.deepEqual(parseNames(['reviews']), { subgraph: 'reviews', entity: 'review' });
  assert.deepEqual(parseNames(['gift-cards']), { subgraph: 'gift-cards', entity: 'gift-card' });
  assert.deepEqual(parseNames(['categories', 'category']), { subgraph: 'categories', entity: 'category' });
});

const refused: [args: string[], message: RegExp][] = [
  [[], /^Give the name of the subgraph: npm run new:subgraph NAME/],
  [['a', 'b', 'c'], /^Give the name of the subgraph/],
  [['Reviews'], /^Reviews: give lower-case letters and digits, with hyphens/],
  [['gift_cards'], /^gift_cards: give lower-case/],
  [['../reviews'], /^\.\.\/reviews: give lower-case/],
  [['-reviews'], /^-reviews: give lower-case/],
  [['4reviews'], /^4reviews: give lower-case/],
  [['a'.repeat(41)], /at most 40 characters/],
  [['reviews', 'Review'], /^Review: give lower-case/],
  [['reviews', 'reviews'], /^reviews: give the entity a name other than the subgraph's/],
  [['gateway'], /^gateway: this name is reserved/],
  [['subgraph'], /^subgraph: this name is reserved/],
  [['pm2', 'pm'], /^pm2: this name is reserved/],
  [['categories'], /^categories: give the name of its entity too, .*: npm run new:subgraph categories ENTITY/],
  [['addresses'], /^addresses: give the name of its entity too/],
  [['stock'], /^stock: give the name of its entity too/],
];
for (const [args, message] of refused) {
  test(`refuses ${args.join(' ') || 'no name'}`, () => {
    assert.throws(() => parseNames(args), { name: 'CommandError', message });
  });
}

test('writes a name as its place asks for', () => {
  const text = `sample-items SAMPLE_ITEMS_URL sample_items sampleItems SampleItem createSampleItem '0001-sample-items'
    A sample item, Sample items, a sample-item`;
  assert.equal(
    rename(text, { subgraph: 'gift-cards', entity: 'gift-card' }),
    `gift-cards GIFT_CARDS_URL gift_cards giftCards GiftCard createGiftCard '0001-gift-cards'
    A gift card, Gift cards, a gift-card`,
  );
  assert.equal(
    rename(text, { subgraph: 'offers', entity: 'offer' }),
    `offers OFFERS_URL offers offers Offer createOffer '0001-offers'
    An offer, Offers, an offer`,
  );
});
