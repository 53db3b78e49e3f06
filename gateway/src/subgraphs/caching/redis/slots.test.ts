import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../operations/testing/random.ts';
import { type Drop, isDropped, NO_DROP, type Traits } from '../drop.ts';
import { slotsOfDrop, slotsOfEntry } from './slots.ts';

const NAMES = ['a', 'b', 'c'];
const TYPES = ['Book', 'User', '=a'];

function randomTraits(random: Random): Traits {
  return {
    subgraph: random.pick(NAMES),
    entityType: random.chance(0.3) ? undefined : random.pick(['Book', 'User']),
    keys: random.some(['1', '2', '3']),
    innerTypes: random.chance(0.5) ? random.some(TYPES) : [],
  };
}

/** Returns a drop as mutations and invalidations make it. */
function randomDrop(random: Random): Drop {
  const within = random.pick(NAMES);
  const types = new Set(random.some(TYPES));
  const keys = new Set(random.some(['1', '2', '4']));
  return random.pick<Drop>([
    { ...NO_DROP, keys, types, wholeTypes: new Set(random.chance(0.5) ? random.some(TYPES) : []) },
    { ...NO_DROP, within, subgraphs: new Set([within]) },
    { ...NO_DROP, within, types, wholeTypes: types },
    { ...NO_DROP, within, types, keys, keysOf: random.pick(TYPES) },
  ]);
}

test('a drop and an entry have a slot in common if the entry is dropped, and hardly ever else', () => {
  const random = new Random(1);
  for (let tried = 0; tried < 5000; tried++) {
    const [traits, drop] = [randomTraits(random), randomDrop(random)];
    const slots = new Set(slotsOfEntry(traits));
    const isHit = slotsOfDrop(drop).some((slot) => slots.has(slot));
    assert.equal(isHit, isDropped(traits, drop), JSON.stringify([traits, { ...drop, keys: [...drop.keys] }]));
  }
});

test('a drop of too much drops everything, and an entry with too many traits is not stored', () => {
  const keys = Array.from({ length: 6000 }, (_, key) => String(key));
  const traits = { subgraph: 'a', entityType: 'Book', keys: ['x'], innerTypes: [] };
  const [slot, ...others] = slotsOfDrop({ ...NO_DROP, keys: new Set(keys) });
  assert.deepEqual(others, []);
  assert.ok(slot !== undefined && slotsOfEntry(traits)?.includes(slot));
  assert.equal(slotsOfEntry({ ...traits, keys }), undefined);
});
