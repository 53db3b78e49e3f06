import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { KeyTree } from '../../planning/plan/fetch-documents.ts';
import type { Representer } from './representations.ts';
import { markUnavailable, type Unavailable } from './unavailable.ts';

/** The distinct entities of a fetch, and every object that waits for each. */
export interface Waiting {
  readonly representations: string[];
  readonly objects: JsonRecord[];
  /** For each object, the index of its representation. */
  readonly indices: number[];
}

/**
 * Makes the representations of the objects that a fetch is for, and no two alike. An object whose representation can't be
 * had doesn't wait: what the fetch should have brought (`keys`) is marked so.
 */
export function gather(objects: readonly JsonRecord[], representer: Representer, keys: KeyTree): Waiting {
  const waiting: Waiting = { representations: [], objects: [], indices: [] };
  const distinct = new DistinctRepresentations(representer, waiting.representations);
  for (const object of objects) {
    const index = distinct.indexOf(object);
    if (typeof index === 'number') {
      waiting.objects.push(object);
      waiting.indices.push(index);
    } else if (index !== undefined) {
      markUnavailable(object, keys, index);
    }
  }
  return waiting;
}

class DistinctRepresentations {
  readonly #representer: Representer;
  readonly #representations: string[];
  readonly #byText = new Map<string, number>();
  /** By how the representation begins, and then by its only value. */
  readonly #byValue = new Map<string, Map<unknown, number>>();

  constructor(representer: Representer, representations: string[]) {
    this.#representer = representer;
    this.#representations = representations;
  }

  /** A representation with a single value, nearly always the key, is told by that: its text is made once an entity. */
  indexOf(object: JsonRecord): number | Unavailable | undefined {
    const sole = this.#representer.soleValueOf(object);
    if (!sole) return this.#indexByText(object);
    const value = object[sole.soleKey];
    if (typeof value !== 'string' && typeof value !== 'number') return this.#indexByText(object);
    const known = this.#byValue.get(sole.start) ?? new Map<unknown, number>();
    if (known.size === 0) this.#byValue.set(sole.start, known);
    const index = known.get(value);
    if (index !== undefined) return index;
    const representation = this.#representer.represent(object);
    if (typeof representation !== 'string') return representation;
    known.set(value, this.#representations.length);
    return this.#representations.push(representation) - 1;
  }

  #indexByText(object: JsonRecord): number | Unavailable | undefined {
    const representation = this.#representer.represent(object);
    if (typeof representation !== 'string') return representation;
    const index = this.#byText.get(representation);
    if (index !== undefined) return index;
    this.#byText.set(representation, this.#representations.length);
    return this.#representations.push(representation) - 1;
  }
}
