import { runGroup } from './groups.ts';

runGroup('properties');
