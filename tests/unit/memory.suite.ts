import { runGroup } from './groups.ts';

runGroup('memory');
