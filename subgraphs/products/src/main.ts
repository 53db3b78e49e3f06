import { productsSubgraph } from './subgraph.ts';

await productsSubgraph.run();
