import type { Random } from '@lockstep/gateway/operations/testing/random.ts';
import type { Finding } from './findings.ts';
import type { Document } from './operations/document.ts';

/** A document, and what its operation took. */
export interface Member {
  readonly document: Document;
  readonly findings: readonly Finding[];
}

const SIZE = 10;

/** Best documents so far for one aim, the best first. */
export class Population {
  readonly #random: Random;
  #members: (Member & { readonly score: number })[] = [];
  /** Number of documents scored since the best one was found. */
  sinceBest = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get best(): Member | undefined {
    return this.#members[0];
  }

  /** Returns true if a document with this score would be kept. */
  isAmongBest(score: number): boolean {
    return score > (this.#members[SIZE - 1]?.score ?? 0);
  }

  add(member: Member, score: number): void {
    this.sinceBest = score > (this.#members[0]?.score ?? 0) ? 0 : this.sinceBest + 1;
    if (this.#members.some((other) => other.score === score)) return;
    this.#members = [...this.#members, { ...member, score }].toSorted((a, b) => b.score - a.score).slice(0, SIZE);
  }

  /** Returns one of the best, the better of two drawn ones. */
  pick(): Document | undefined {
    const drawn = Math.min(...Array.from({ length: 2 }, () => this.#random.integer(0, SIZE - 1)));
    return this.#members[drawn % Math.max(1, this.#members.length)]?.document;
  }

  /** Forgets the documents, to climb elsewhere. */
  restart(): void {
    this.#members = [];
    this.sinceBest = 0;
  }
}
