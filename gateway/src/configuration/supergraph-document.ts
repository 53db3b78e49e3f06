import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { type Expansion, expandVariables } from './variables.ts';

/** One thing wrong with the file. */
export interface Mistake {
  readonly line: number;
  /** The key's path, `subgraphs.a.timeout`; empty for the file as a whole. */
  readonly path: string;
  /** What was found, and what would do. */
  readonly message: string;
}

/** Where in the file a value stands: the keys that lead to it, and the indexes in lists. */
export type KeyPath = readonly string[];

/** What would do in place of what the YAML parser refuses, where it doesn't say so itself. */
const SYNTAX_ADVICE: Readonly<Record<string, string>> = {
  BAD_INDENT: ': give keys that belong together the same indentation',
  TAB_AS_INDENT: ': indent with spaces',
  BLOCK_AS_IMPLICIT_KEY: ': give each key a line of its own, indented as those beside it',
  MULTIPLE_DOCS: ': remove the lines ---',
};

/** The text of a supergraph file, with its variables replaced, and the line of each thing in it. */
export class SupergraphDocument {
  /** What is wrong with it as YAML, and with its variables. */
  readonly mistakes: readonly Mistake[];
  /** Whether it is YAML, whatever else is wrong. */
  readonly isReadable: boolean;
  readonly #document: Document;
  readonly #lines = new LineCounter();
  readonly #expansions = new Map<unknown, Expansion>();

  constructor(text: string, env: NodeJS.ProcessEnv) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const { errors } = this.#document;
    const syntaxError = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
    this.isReadable = syntaxError === undefined;
    if (syntaxError) {
      const { code, message, pos } = syntaxError;
      const line = this.#lines.linePos(pos[0]).line;
      const found = JSON.stringify(text.split('\n')[line - 1]?.trim() ?? '');
      // What the parser says after its first error is mostly about the same place.
      this.mistakes = [{ line, path: '', message: `${found}: is no YAML: ${message}${SYNTAX_ADVICE[code] ?? ''}` }];
    } else {
      const duplicates = new Set(errors.map(({ pos }) => pos[0]));
      this.mistakes = [...this.#findDuplicates(duplicates), ...this.#expand(env)];
    }
  }

  /** As plain values; null for an empty file. */
  toJS(): unknown {
    return this.#document.toJS({ maxAliasCount: -1 });
  }

  /** The value at the path: undefined where there is none. */
  valueAt(path: KeyPath): unknown {
    const node = this.#nodeAt(path);
    return isScalar(node) ? node.value : isCollection(node) ? node.toJS(this.#document) : undefined;
  }

  /** The keys of the mapping at the path, as they stand in the file. */
  keysAt(path: KeyPath): string[] {
    const node = this.#nodeAt(path);
    return isMap(node) ? node.items.map(({ key }) => String(isScalar(key) ? key.value : key)) : [];
  }

  /** The variables that the value at the path is made of; undefined where it names none. */
  expansionAt(path: KeyPath): Expansion | undefined {
    return this.#expansions.get(this.#nodeAt(path));
  }

  /** The line of the value, or of the nearest thing above it that is there. */
  lineOf(path: KeyPath): number {
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.#nodeAt(path.slice(0, length), false);
      if (node?.range) return this.#lines.linePos(node.range[0]).line;
    }
    return 1;
  }

  /**
   * Makes of texts that are one variable each, at the path or below it, the number or the boolean that they are written
   * like: a variable's value is a text, and what is wanted of it is known only once it didn't do.
   *
   * @returns whether there was any
   */
  readAsValues(path: KeyPath): boolean {
    let isAny = false;
    const node = this.#nodeAt(path);
    if (!node) return false;
    const read = (scalar: Scalar) => {
      if (typeof scalar.value !== 'string' || !this.#expansions.get(scalar)?.isVariable) return;
      const value = toValue(scalar.value);
      if (value === undefined) return;
      scalar.value = value;
      isAny = true;
    };
    if (isScalar(node)) read(node);
    else visit(node, { Scalar: (_key, scalar) => read(scalar) });
    return isAny;
  }

  /** @param resolves whether an alias stands for what it means, and not for itself */
  #nodeAt(path: KeyPath, resolves = true) {
    let node: unknown = this.#document.contents;
    for (const key of path) {
      if (isAlias(node)) node = node.resolve(this.#document);
      node = isCollection(node) ? node.get(key, true) : undefined;
    }
    if (resolves && isAlias(node)) node = node.resolve(this.#document);
    return isScalar(node) || isCollection(node) || isAlias(node) ? node : undefined;
  }

  #findDuplicates(offsets: ReadonlySet<number>): Mistake[] {
    const mistakes: Mistake[] = [];
    visit(this.#document, {
      Pair: (_key, { key }, ancestors) => {
        if (!isScalar(key) || !key.range || !offsets.has(key.range[0])) return;
        const path = [...keysOf(ancestors), String(key.value)].join('.');
        mistakes.push({
          line: this.#lines.linePos(key.range[0]).line,
          path,
          message: 'is there twice: keep one of them',
        });
      },
    });
    return mistakes;
  }

  /** Replaces the variables in every text, and looks whether every alias has its anchor. */
  #expand(env: NodeJS.ProcessEnv): Mistake[] {
    const mistakes: Mistake[] = [];
    const add = (offset: number | undefined, ancestors: readonly unknown[], message: string) => {
      mistakes.push({ line: this.#lines.linePos(offset ?? 0).line, path: keysOf(ancestors).join('.'), message });
    };
    visit(this.#document, {
      Scalar: (_key, node, ancestors) => {
        if (typeof node.value !== 'string' || !node.value.includes('${')) return;
        const expansion = expandVariables(node.value, env);
        node.value = expansion.text;
        this.#expansions.set(node, expansion);
        for (const message of expansion.mistakes) add(node.range?.[0], ancestors, message);
      },
      Alias: (_key, node, ancestors) => {
        if (node.resolve(this.#document)) return;
        add(node.range?.[0], ancestors, `*${node.source}: give a value the anchor &${node.source} above it`);
        return visit.REMOVE;
      },
    });
    return mistakes;
  }
}

/** The keys that lead through these nodes of the document. */
function keysOf(ancestors: readonly unknown[]): string[] {
  return ancestors.flatMap((node, depth) => {
    if (isPair(node)) return isScalar(node.key) ? [String(node.key.value)] : [];
    return isSeq(node) ? [String(node.items.indexOf(ancestors[depth + 1]))] : [];
  });
}

function toValue(text: string): boolean | number | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
