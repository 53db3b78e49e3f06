import { after } from 'node:test';
import { startTargets } from '../harness/targets.ts';

/** The graph that the attacks of attack.production.ts share. */
export const targets = await startTargets({ after });
