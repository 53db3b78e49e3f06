import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import { type Complete, type Completion, NULL_PARENT } from './completion.ts';

/** One field of a shaped object. */
export interface FieldShape {
  readonly responseKey: string;
  /** Key in the plan's data; never a name that `Object.prototype` has (see response-keys.ts). */
  readonly sourceKey: string;
  readonly complete: Complete;
}

/** Makes an object of the answer; null if a null propagates to it. */
export type ShapeObject = (source: JsonRecord, completion: Completion) => JsonRecord | null;

/**
 * Generates the code that shapes objects of one type at one place. V8 then knows the keys of each object in advance;
 * shaping 20 objects with one more in each takes a third of the time that a loop over the fields takes.
 *
 * @param depth number of path elements that lead to the object
 */
export function generateShape(fields: readonly FieldShape[], depth: number): ShapeObject {
  const completed = fields.map(
    ({ responseKey, sourceKey }, index) => `
      path[${depth}] = ${JSON.stringify(responseKey)};
      const value${index} = complete${index}(source[${JSON.stringify(sourceKey)}], completion);
      if (value${index} === NULL_PARENT) return null;`,
  );
  const entries = fields.map(({ responseKey }, index) => `${propertyName(responseKey)}: value${index}`);
  const code = `return (source, completion) => {
      const { path } = completion;${completed.join('')}
      return { ${entries.join(', ')} };
    };`;
  const names = fields.map((_, index) => `complete${index}`);
  return new Function('NULL_PARENT', ...names, code)(NULL_PARENT, ...fields.map(({ complete }) => complete));
}

/** Writes `__proto__` as a computed name: a literal one would set the prototype. */
function propertyName(key: string): string {
  return key === '__proto__' ? '["__proto__"]' : JSON.stringify(key);
}
