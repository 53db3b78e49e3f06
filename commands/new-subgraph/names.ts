import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';
import { isOfSession } from '../processes/environment.ts';
import { CommandError } from '../terminal/command.ts';

/** Names of a new subgraph, both lower-case words joined by hyphens. */
export interface Names {
  /** Name of the subgraph: several of its entity, such as `gift-cards`. */
  readonly subgraph: string;
  /** One of them, such as `gift-card`. */
  readonly entity: string;
}

/** Names in the template. They have two words, so that each spelling of them can be told from the others. */
const TEMPLATE: Names = { subgraph: 'sample-items', entity: 'sample-item' };

const USAGE = 'npm run new:subgraph NAME, or npm run new:subgraph NAME ENTITY';
const NAME = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;
const MAX_LENGTH = 40;
/** Plurals whose singular is the word without its s. */
const REGULAR_PLURAL = /[^s]s$/;
const IRREGULAR_PLURAL = /(ie|se|xe|ze|che|she|oe|u|i)s$/;
/** Names of environment variables that have another meaning. */
const RESERVED = ['gateway', 'subgraph'];

/** Returns the names that the arguments give. @throws {CommandError} naming the argument and what would do */
export function parseNames(args: readonly string[]): Names {
  const [subgraph, entity, ...more] = args;
  if (subgraph === undefined || more.length > 0) throw new CommandError(`Give the name of the subgraph: ${USAGE}`);
  requireName(subgraph);
  if (RESERVED.includes(subgraph) || isOfSession(`${variablePrefix(subgraph)}_PORT`)) {
    throw new CommandError(`${subgraph}: this name is reserved; give another one`);
  }
  if (entity === undefined) return { subgraph, entity: singularOf(subgraph) };
  requireName(entity);
  if (entity === subgraph) throw new CommandError(`${entity}: give the entity a name other than the subgraph's`);
  return { subgraph, entity };
}

/** Returns a text of the template in which the new names take the place of the template's. */
export function rename(text: string, names: Names): string {
  const pairs = [
    ...spellingsOf(TEMPLATE.subgraph).map((from, index) => [from, spellingsOf(names.subgraph)[index]]),
    ...spellingsOf(TEMPLATE.entity).map((from, index) => [from, spellingsOf(names.entity)[index]]),
  ];
  return pairs.reduce(
    (renamed, [from = '', to = '']) =>
      renamed
        .replaceAll(
          new RegExp(`\\b(a|A) ${from}\\b`, 'g'),
          (_, a: string) => `${/^[aeiou]/.test(to) ? `${a}n` : a} ${to}`,
        )
        .replaceAll(from, to),
    text,
  );
}

/** Returns the name as a file, a table, a variable, a type, the prefix of environment variables, and in a sentence. */
function spellingsOf(name: string): string[] {
  const words = name.split('-');
  const [first = '', ...others] = words;
  const pascal = words.map(capitalized).join('');
  const sentence = words.join(' ');
  return [
    ...[name, words.join('_'), first + others.map(capitalized).join(''), pascal, variablePrefix(name)],
    ...[sentence, capitalized(sentence)],
  ];
}

function capitalized(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

function singularOf(subgraph: string): string {
  if (REGULAR_PLURAL.test(subgraph) && !IRREGULAR_PLURAL.test(subgraph)) return subgraph.slice(0, -1);
  throw new CommandError(
    `${subgraph}: give the name of its entity too, which is one of ${subgraph}: npm run new:subgraph ${subgraph} ENTITY`,
  );
}

function requireName(name: string): void {
  if (NAME.test(name) && name.length <= MAX_LENGTH) return;
  throw new CommandError(
    `${name}: give lower-case letters and digits, with hyphens between words, at most ${MAX_LENGTH} characters: gift-cards`,
  );
}
