import type { Operation } from '@lockstep/subgraph-kit/execution/subgraph-executor.ts';
import DataLoader from 'dataloader';
import { findSampleItems, type SampleItem } from './database/sample-items.ts';
import type { Services } from './services.ts';

/** Context of one operation. */
export interface Context extends Services, Operation {
  /** Loads sample items by key, with one statement for all that are requested together; null for an unknown key. */
  sampleItems: DataLoader<number, SampleItem | null>;
}

export function createContext(services: Services, operation: Operation): Context {
  const { budget } = operation;
  const { db } = services;
  return {
    ...services,
    ...operation,
    sampleItems: new DataLoader((keys) => budget.load(() => findSampleItems(db, keys))),
  };
}
