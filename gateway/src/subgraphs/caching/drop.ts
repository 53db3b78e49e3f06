/** Set of answers that are no longer to be used, after a mutation or by an invalidation. */
export interface Drop {
  /** Keys of entities, as text: those whose representation has one of them. */
  readonly keys: ReadonlySet<string>;
  /** Types, and marks of subgraphs, of which root fields and answers that hold further objects are dropped; and marks of tags. */
  readonly types: ReadonlySet<string>;
  /** Types of which every entity is dropped. */
  readonly wholeTypes: ReadonlySet<string>;
  /** Subgraphs of which every answer is dropped. */
  readonly subgraphs: ReadonlySet<string>;
  /** Only subgraph of which anything is dropped; undefined for all of them. */
  readonly within?: string;
  /** Only type of which entities are dropped by their key; undefined for all of them. */
  readonly keysOf?: string;
}

/** Type of root fetches in figures. */
export const QUERY_TYPE = 'Query';

/** Drops nothing. */
export const NO_DROP: Drop = { keys: new Set(), types: new Set(), wholeTypes: new Set(), subgraphs: new Set() };

/** Returns the mark of a subgraph, which is the name of no type. */
export function markOf(subgraph: string): string {
  return `=${subgraph}`;
}

/** Returns the mark of a tag, which is the name of no type, nor the mark of a subgraph. */
export function tagMarkOf(tag: string): string {
  return `#${tag}`;
}

/** Returns whether a mark is that of a tag. */
export function isTagMark(mark: string): boolean {
  return mark.startsWith('#');
}

/** Traits of a stored answer by which it is dropped. */
export interface Traits {
  readonly subgraph: string;
  /** Type of the entity; undefined for root fields. */
  readonly entityType: string | undefined;
  /** Scalars of the entity's representation, as text. */
  readonly keys: readonly string[];
  /** Types of the objects that it may hold besides the entity itself, the mark of the subgraph if there are any, and those of its tags. */
  readonly innerTypes: readonly string[];
}

/** Returns whether an answer is dropped. */
export function isDropped({ subgraph, entityType, keys, innerTypes }: Traits, drop: Drop): boolean {
  const { keysOf = entityType, within = subgraph } = drop;
  if (within !== subgraph) return false;
  if (drop.subgraphs.has(subgraph)) return true;
  if (innerTypes.some((type) => drop.types.has(type))) return true;
  if (entityType === undefined) return false;
  return drop.wholeTypes.has(entityType) || (keysOf === entityType && keys.some((key) => drop.keys.has(key)));
}

/** Collects the scalars in a value, as text: any of them may be a key. */
export function collectScalars(value: unknown, into: Set<string>): void {
  if (typeof value === 'string' || typeof value === 'number') into.add(String(value));
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) collectScalars(inner, into);
}
