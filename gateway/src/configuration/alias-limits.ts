import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isPair,
  isScalar,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/** Maximum number of aliases in a file. */
const MAX_ALIASES = 1000;

/** Maximum number of values that a file has once its aliases are replaced. */
const MAX_VALUES = 100_000;

/** Nodes that aliases can stand for. */
type Target = Scalar | YAMLMap | YAMLSeq;

/** Nodes that the aliases stand for, in the document's order: the last node before it with that anchor, or nothing. */
export type AliasTargets = ReadonlyMap<Alias, Target | undefined>;

/** An alias that can't be used, and why. */
export interface AliasViolation {
  readonly alias: Alias;
  readonly message: string;
}

/**
 * Returns the first alias that makes a document too large, or endless: aliases of aliases grow exponentially, and everything
 * that reads the values walks through them as often as they are referred to.
 */
export function aliasViolation({ contents }: Document, targets: AliasTargets): AliasViolation | undefined {
  if (targets.size === 0) return undefined;
  const excess = [...targets.keys()][MAX_ALIASES];
  if (excess) return { alias: excess, message: `more than ${MAX_ALIASES} aliases; write some values out` };
  const sizes = new Map<unknown, number>();
  const sizeOf = (node: unknown): number => {
    const known = sizes.get(node);
    if (known !== undefined) return known;
    sizes.set(node, Number.POSITIVE_INFINITY); // while it is being counted: an alias inside its own anchor is endless
    let size = 1;
    if (isAlias(node)) size = sizeOf(targets.get(node));
    else if (isPair(node)) size = sizeOf(node.key) + sizeOf(node.value);
    else if (isCollection(node)) for (const item of node.items) size += sizeOf(item);
    sizes.set(node, size);
    return size;
  };
  if (sizeOf(contents) <= MAX_VALUES) return undefined;
  for (const alias of targets.keys()) {
    if (sizeOf(alias) === Number.POSITIVE_INFINITY) {
      return { alias, message: 'an alias inside the value that it stands for; write that value out' };
    }
  }
  const [largest] = [...targets.keys()].sort((a, b) => sizeOf(b) - sizeOf(a));
  const message = `with its aliases the file has more than ${MAX_VALUES} values; use fewer aliases of aliases`;
  return largest && { alias: largest, message };
}

/** Returns what each alias of a document stands for. The library's own `resolve` walks through the document for each. */
export function aliasTargets(document: Document): AliasTargets {
  const anchors = new Map<string, Target>();
  const targets = new Map<Alias, Target | undefined>();
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) targets.set(node, anchors.get(node.source));
      else if ((isScalar(node) || isCollection(node)) && node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}
