import { sampleItemsSubgraph } from './subgraph.ts';

await sampleItemsSubgraph.run();
