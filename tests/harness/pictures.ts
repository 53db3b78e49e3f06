import { join } from 'node:path';
import type { Tab } from './devtools.ts';
import { ROOT } from './process.ts';

/** Takes a picture for the documentation if it is asked for: tests/pictures.env */
export async function photograph(tab: Tab, name: string): Promise<void> {
  const { PICTURES } = process.env;
  if (PICTURES !== undefined) await tab.photograph(join(ROOT, PICTURES, `${name}.png`));
}
