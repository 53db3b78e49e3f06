import { ordersSubgraph } from './subgraph.ts';

await ordersSubgraph.run();
