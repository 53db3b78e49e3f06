import type { Random } from './random.ts';

const SCALARS = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Color'];

/** Definition of the enum among the random scalars. */
export const COLOR = 'enum Color { RED GREEN BLUE }';

/** Draws a leaf type, as it is or in lists. */
export function leafType(random: Random): string {
  return wrapped(random, random.pick(SCALARS));
}

/** Draws lists and exclamation marks around a type. */
export function wrapped(random: Random, type: string): string {
  const nonNull = () => (random.chance(0.25) ? '!' : '');
  if (random.chance(0.7)) return type + nonNull();
  if (random.chance(0.7)) return `[${type}${nonNull()}]${nonNull()}`;
  return `[[${type}${nonNull()}]${nonNull()}]`;
}

/** Draws the arguments of a field: usually none. */
export function argument(random: Random): string {
  return random.chance(0.3) ? '(x: Int = 3)' : '';
}

/** Draws the definitions of some leaf fields: `f0: Int`, `f1(x: Int = 3): [String!]`. */
export function leafFields(random: Random, prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}${argument(random)}: ${leafType(random)}`);
}
