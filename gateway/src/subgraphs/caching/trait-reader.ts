import type { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import type { CacheTags } from './cache-tags.ts';
import type { DocumentTypeReader } from './document-types.ts';
import { collectScalars, markOf, type Traits, tagMarkOf } from './drop.ts';

/** Reads the traits by which stored answers are dropped. */
export class TraitReader {
  readonly #types: DocumentTypeReader;
  readonly #tags: CacheTags | undefined;

  /** @param tags undefined if the schemas have none */
  constructor(types: DocumentTypeReader, tags: CacheTags | undefined) {
    this.#types = types;
    this.#tags = tags;
  }

  /**
   * Returns the traits of one part of an answer.
   *
   * @param given tags that the subgraph gave with it
   */
  read(request: FetchRequest, index: number, given: readonly string[]): Traits {
    const { constants, representations } = request;
    const { subgraph } = constants;
    const { inner } = this.#types.read(constants);
    const mark = markOf(subgraph);
    const representation = representations?.[index];
    if (representation === undefined) {
      const tags = [...(this.#tags?.ofRoot(request) ?? []), ...given];
      return { subgraph, entityType: undefined, keys: [], innerTypes: [...inner, mark, ...tags.map(tagMarkOf)] };
    }
    const { __typename, ...others } = JSON.parse(representation);
    const entityType = String(__typename);
    const keys = new Set<string>();
    collectScalars(others, keys);
    const tags = [...(this.#tags?.ofEntity(subgraph, entityType, others) ?? []), ...given];
    const innerTypes = [...inner, ...(inner.length > 0 ? [mark] : []), ...tags.map(tagMarkOf)];
    return { subgraph, entityType, keys: [...keys], innerTypes };
  }
}
