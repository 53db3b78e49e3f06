import { runGroup } from './groups.ts';

runGroup('gateway');
