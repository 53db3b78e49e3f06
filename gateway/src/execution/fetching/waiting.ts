import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { KeyTree } from '../../planning/plan/fetch-documents.ts';
import { markUnavailable, type Unavailable } from './records.ts';
import type { Representer } from './representations.ts';

/** Distinct entities of a fetch, and every object that waits for one of them. */
export interface Waiting {
  readonly representations: string[];
  readonly objects: JsonRecord[];
  /** Index of each object's representation. */
  readonly indices: number[];
}

/**
 * Builds the distinct representations of the objects that a fetch is for. If an earlier fetch could not provide a part of
 * an object's representation, the object doesn't wait: the keys that this fetch would fill in are marked unavailable.
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
  /** Indices by the representation's start and its only value. */
  readonly #byValue = new Map<string, Map<unknown, number>>();

  constructor(representer: Representer, representations: string[]) {
    this.#representer = representer;
    this.#representations = representations;
  }

  /** Identifies a representation with a single value (nearly always the key) by that value, without writing its JSON again. */
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
