/** Origin of the values of a format: an entity's key, or the arguments of a root field. */
export type TagScope = '$key' | '$args';

/** A format of `@cacheTag`, such as `product-{$key.id}`. */
export class TagFormat {
  /** Texts, and the paths of values between them. */
  readonly #parts: readonly (string | readonly string[])[];

  /**
   * @param names values that there are
   * @throws {TagFormatError} if it is malformed, or needs other values
   */
  constructor(format: string, scope: TagScope, names: ReadonlySet<string>) {
    this.#parts = format.split(/(\{[^{}]*\})/).map((part) => {
      if (part.startsWith('{') && part.endsWith('}')) return toPath(part, scope, names);
      if (/[{}]/.test(part)) throw new TagFormatError('a brace has no other one');
      return part;
    });
  }

  /** Returns the tag for these values. One that is missing, or null, is an empty text. */
  toTag(values: unknown): string {
    return this.#parts.map((part) => (typeof part === 'string' ? part : toText(valueAt(values, part)))).join('');
  }
}

/** Malformed format of a tag. */
export class TagFormatError extends Error {
  override readonly name = 'TagFormatError';
}

function toPath(part: string, scope: TagScope, names: ReadonlySet<string>): readonly string[] {
  const [origin, ...path] = part.slice(1, -1).trim().split('.');
  const isPath = path.length > 0 && path.every((name) => /^[_A-Za-z]\w*$/.test(name));
  if (origin !== scope || !isPath) throw new TagFormatError(`give {${scope}.NAME} instead of ${part}`);
  if (!names.has(path[0] ?? '')) {
    const known = [...names].join(', ') || 'none';
    throw new TagFormatError(`${part} has a name that is not there; there are: ${known}`);
  }
  return path;
}

function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined,
    values,
  );
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
