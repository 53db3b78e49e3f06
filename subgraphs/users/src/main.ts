import { usersSubgraph } from './subgraph.ts';

await usersSubgraph.run();
