import { after } from 'node:test';
import { failpoints as ofOrders } from '../../subgraphs/orders/src/failpoints.ts';
import { failpoints as ofProducts } from '../../subgraphs/products/src/failpoints.ts';
import { startGraph } from '../harness/graph.ts';
import { testKilledAt } from './killing.ts';

const graph = await startGraph({ after });

testKilledAt(graph, 'orders', ofOrders);
testKilledAt(graph, 'products', ofProducts);
