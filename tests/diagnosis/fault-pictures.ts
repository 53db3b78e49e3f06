import { parse, print } from 'graphql';
import { startBrowser, type Tab } from '../harness/devtools.ts';
import type { Afterwards } from '../harness/graph.ts';
import { photograph } from '../harness/pictures.ts';

const WINDOW = { width: 1300, height: 480 };
const IS_READY = "!document.querySelector('.graphiql-spinner') && !!document.querySelector('.graphiql-execute-button')";
const SENTENCE = "document.querySelector('#plan [role=status]').textContent";

/** Takes pictures of the explorer for the guide. */
export interface FaultPictures {
  /** Runs an operation in the explorer so often, and takes a picture if pictures are asked for: tests/pictures.env */
  take(name: string, query: string, times?: number): Promise<void>;
}

/** @param url of the graph */
export async function faultPictures(t: Afterwards, url: string): Promise<FaultPictures> {
  if (process.env.PICTURES === undefined) return { take: async () => {} };
  const open = await startBrowser(t);
  return {
    async take(name, query, times = 1) {
      const tab = await open(new URL('/graphiql', url).href, WINDOW);
      await tab.until(IS_READY);
      await write(tab, print(parse(query)));
      for (let time = 0; time < times; time += 1) await run(tab);
      await photograph(tab, name);
    },
  };
}

/** Puts an operation into the editor, by what GraphiQL keeps from one visit to the next. */
async function write(tab: Tab, query: string): Promise<void> {
  const state = { tabs: [{ id: '1', title: 'fault', query, variables: null, headers: null }], activeTabIndex: 0 };
  const items = Object.entries({ 'graphiql:tabState': JSON.stringify(state), 'graphiql:query': query });
  for (const [key, value] of items)
    await tab.evaluate(`localStorage.setItem(${JSON.stringify(key)}, ${JSON.stringify(value)})`);
  await tab.evaluate('globalThis.isOld = true; location.reload()');
  await tab.until(`!globalThis.isOld && ${IS_READY}`);
}

async function run(tab: Tab): Promise<void> {
  await tab.evaluate(`${SENTENCE} = ''`);
  await tab.evaluate("document.querySelector('.graphiql-execute-button').click()");
  await tab.until(`/ ms\\b/.test(${SENTENCE})`);
}
