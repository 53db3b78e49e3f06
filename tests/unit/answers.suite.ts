import { runGroup } from './groups.ts';

runGroup('answers');
