import { runGroup } from './groups.ts';

runGroup('heap-gateway');
