import type { Drop, Traits } from './drop.ts';
import type { Freshness } from './freshness.ts';

/** Answer to one root fetch, or one entity of an answer. Must not be changed. */
export interface Entry extends Freshness {
  readonly value: unknown;
  /** Length of its JSON. */
  readonly length: number;
  /** Moment at which its call began, by the clock of the store. */
  readonly since: number;
}

/** An entry to be stored. */
export interface NewEntry extends Entry {
  readonly traits: Traits;
}

/** Moment at which a call begins. */
export interface Moment {
  /** By the clock of the store. */
  readonly since: number;
  /** Number of drops before it. */
  readonly epoch: number;
  /** Origin of that number, if the store counts anew from time to time. */
  readonly generation?: string;
}

/** Result of a drop. */
export interface Dropped {
  /** Number of entries; undefined if the store doesn't know it. */
  readonly count: number | undefined;
  /** False if the store could not be reached, so that other processes may go on using what was to be dropped. */
  readonly isComplete: boolean;
}

/**
 * Answers of subgraphs. What is asynchronous never rejects, and is so only if another process has to be asked.
 *
 * Each drop has a number. What a call brings that began before a drop is checked against it, so that an answer from before a
 * mutation can't be stored after it.
 */
export interface Store {
  /** Returns the time by its clock, in milliseconds. */
  now(): number;
  /** Returns this moment, or one before it; undefined while the store can't be reached. */
  moment(): Moment | undefined;
  /** Returns the entries of the keys, in their order, that may be used for something yet: see {@link isFresh}. */
  find(keys: readonly string[]): Entries | Promise<Entries>;
  /** Stores an entry, unless it was dropped since its call began. */
  set(key: string, entry: NewEntry, moment: Moment): void;
  delete(keys: readonly string[]): void;
  /** Drops entries, and those that calls under way are going to bring. */
  drop(drop: Drop): Dropped | Promise<Dropped>;
}

type Entries = readonly (Entry | undefined)[];

/** @param staleMs time for which it may be used after its lifetime */
export function isFresh({ since, lifetimeMs }: Entry, now: number, staleMs = 0): boolean {
  return now - since < lifetimeMs + staleMs;
}

/** Returns the time from which an entry may be used for nothing any more. */
export function usableUntil({ since, lifetimeMs, staleWhileRevalidateMs, staleIfErrorMs }: Entry): number {
  return since + lifetimeMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs);
}

/** Returns whether there is no drop between two moments. */
export function isSameEpoch(one: Moment, other: Moment): boolean {
  return one.epoch === other.epoch && one.generation === other.generation;
}
