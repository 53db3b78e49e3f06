import type { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import type { FetchConstants, FetchGroup, MergePart } from './fetch-request.ts';
import { type CompiledDocument, compileMergedDocument } from './merged-document.ts';

/** Maximum number of documents kept of a group: a fetch without entities is not in a call's document. */
const MAX_DOCUMENTS = 32;

/** Maximum number of places kept: a fetch whose entities don't all need the same has a document for each selection. */
const MAX_PARTS = 1000;

let groups = 0;

/** Fetches of a compiled plan that can be one call. */
export class CompiledGroup implements FetchGroup {
  readonly number: number;
  readonly size: number;
  readonly level: number;
  readonly #held: HeldBytes;
  readonly #documents = new Map<string, CompiledDocument>();
  #heldByDocuments = 0;
  readonly #parts = new Map<string, MergePart>();
  #lastPart = 0;

  constructor(size: number, level: number, held: HeldBytes) {
    this.size = size;
    this.level = level;
    this.#held = held;
    groups += 1;
    this.number = groups;
  }

  partOf(identity: string): MergePart {
    const known = this.#parts.get(identity);
    if (known) return known;
    if (this.#parts.size >= MAX_PARTS) this.#parts.clear();
    this.#lastPart += 1;
    const part = { group: this, number: this.#lastPart };
    this.#parts.set(identity, part);
    return part;
  }

  documentOf(fetches: readonly FetchConstants[]): CompiledDocument {
    const key = fetches.map(({ part }) => part?.number).join();
    const known = this.#documents.get(key);
    if (known) return known;
    const document = compileMergedDocument(fetches);
    this.#keep(key, document);
    return document;
  }

  #keep(key: string, document: CompiledDocument): void {
    if (this.#documents.size >= MAX_DOCUMENTS) {
      this.#documents.clear();
      this.#held.add(-this.#heldByDocuments);
      this.#heldByDocuments = 0;
    }
    this.#documents.set(key, document);
    this.#heldByDocuments += document.bytes;
    this.#held.add(document.bytes);
  }
}
