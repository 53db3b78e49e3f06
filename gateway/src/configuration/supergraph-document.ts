import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { type AliasTargets, aliasTargets, aliasViolation } from './alias-limits.ts';
import { type Expansion, expandVariables } from './variables.ts';

/** A mistake in the file. */
export interface Mistake {
  readonly line: number;
  /** Path of the key, such as `subgraphs.a.timeout`; empty for the file as a whole. */
  readonly path: string;
  /** The value found, and what to give instead. */
  readonly message: string;
}

/** Position of a value in the file: the keys and list indexes that lead to it. */
export type KeyPath = readonly string[];

/** Advice on YAML errors whose messages give none. */
const SYNTAX_ADVICE: Readonly<Record<string, string>> = {
  BAD_INDENT: '; give keys of one mapping the same indentation',
  TAB_AS_INDENT: '; indent with spaces',
  BLOCK_AS_IMPLICIT_KEY: '; give each key a line of its own, indented like its neighbours',
  MULTIPLE_DOCS: '; remove the lines ---',
};

/** A parsed supergraph file with its variables replaced. Knows the line of every value. */
export class SupergraphDocument {
  /** Mistakes in its YAML and in its variables. */
  readonly mistakes: readonly Mistake[];
  /** True if it is valid YAML, apart from duplicate keys, and its aliases don't make it too large. */
  readonly isReadable: boolean;
  readonly #document: Document;
  readonly #targets: AliasTargets;
  readonly #lines = new LineCounter();
  readonly #expansions = new Map<unknown, Expansion>();

  constructor(text: string, env: NodeJS.ProcessEnv) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const { errors } = this.#document;
    const syntaxError = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
    this.#targets = aliasTargets(this.#document);
    const violation = syntaxError ? undefined : aliasViolation(this.#document, this.#targets);
    this.isReadable = syntaxError === undefined && violation === undefined;
    if (violation) {
      const { alias, message } = violation;
      this.mistakes = [
        { line: this.#lines.linePos(alias.range?.[0] ?? 0).line, path: '', message: `${alias}: ${message}` },
      ];
    } else if (syntaxError) {
      const { code, message, pos } = syntaxError;
      const line = this.#lines.linePos(pos[0]).line;
      const found = JSON.stringify(text.split('\n')[line - 1]?.trim() ?? '');
      // Further errors of the parser are mostly about the same place.
      this.mistakes = [{ line, path: '', message: `${found}: invalid YAML: ${message}${SYNTAX_ADVICE[code] ?? ''}` }];
    } else {
      const duplicates = new Set(errors.map(({ pos }) => pos[0]));
      this.mistakes = [...this.#findDuplicates(duplicates), ...this.#expand(env)];
    }
  }

  /** Returns the file's content as plain values; null for an empty file. */
  toJS(): unknown {
    return this.#document.toJS({ maxAliasCount: -1 }); // see alias-limits.ts, which counts what aliases stand for instead
  }

  /** Returns the value at the path, or undefined if there is none. */
  valueAt(path: KeyPath): unknown {
    const node = this.#nodeAt(path);
    return isScalar(node) ? node.value : isCollection(node) ? node.toJS(this.#document) : undefined;
  }

  /** Returns the keys of the mapping at the path, in the file's order. */
  keysAt(path: KeyPath): string[] {
    const node = this.#nodeAt(path);
    return isMap(node) ? node.items.map(({ key }) => String(isScalar(key) ? key.value : key)) : [];
  }

  /** Returns the expansion of the value at the path, or undefined if it contains no variable. */
  expansionAt(path: KeyPath): Expansion | undefined {
    return this.#expansions.get(this.#nodeAt(path));
  }

  /** Returns the line of the value, or of its nearest parent that exists. */
  lineOf(path: KeyPath): number {
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.#nodeAt(path.slice(0, length), false);
      if (node?.range) return this.#lines.linePos(node.range[0]).line;
    }
    return 1;
  }

  /**
   * Converts texts at or below the path that consist of a single variable to the numbers or booleans they spell. Variables are
   * texts, and only a failed validation tells that another type was expected.
   *
   * @returns true if any text was converted
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

  /** @param resolves true to return the node that an alias refers to instead of the alias */
  #nodeAt(path: KeyPath, resolves = true) {
    let node: unknown = this.#document.contents;
    for (const key of path) {
      if (isAlias(node)) node = this.#targets.get(node);
      node = isCollection(node) ? node.get(key, true) : undefined;
    }
    if (resolves && isAlias(node)) node = this.#targets.get(node);
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
          message: 'duplicate key; keep one',
        });
      },
    });
    return mistakes;
  }

  /** Replaces the variables in every text, and removes aliases without an anchor. Returns the mistakes. */
  #expand(env: NodeJS.ProcessEnv): Mistake[] {
    const mistakes: Mistake[] = [];
    const add = (node: Node, ancestors: readonly unknown[], message: string) => {
      const { line } = this.#lines.linePos(node.range?.[0] ?? 0);
      mistakes.push({ line, path: keysOf([...ancestors, node]).join('.'), message });
    };
    visit(this.#document, {
      Scalar: (_key, node, ancestors) => {
        if (typeof node.value !== 'string' || !node.value.includes('${')) return;
        const expansion = expandVariables(node.value, env);
        node.value = expansion.text;
        this.#expansions.set(node, expansion);
        for (const message of expansion.mistakes) add(node, ancestors, message);
      },
      Alias: (_key, node, ancestors) => {
        if (this.#targets.get(node)) return;
        add(node, ancestors, `*${node.source}: unknown anchor; give a value the anchor &${node.source} above it`);
        return visit.REMOVE;
      },
    });
    return mistakes;
  }
}

/** Returns the keys and indexes that lead through these nodes, each of which contains the next. */
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
