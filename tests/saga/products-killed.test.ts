import { failpoints } from '../../subgraphs/products/src/failpoints.ts';
import { testKilledAt } from './killing.ts';

testKilledAt('products', failpoints);
