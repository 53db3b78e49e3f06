import { runGroup } from './groups.ts';

runGroup('others');
