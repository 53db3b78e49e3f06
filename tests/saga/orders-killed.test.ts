import { failpoints } from '../../subgraphs/orders/src/failpoints.ts';
import { testKilledAt } from './killing.ts';

testKilledAt('orders', failpoints);
