import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { photograph } from '../harness/pictures.ts';
import { edit, replace } from '../harness/supergraph-files.ts';
import { type PageTests, PHONE } from './explorer-view.ts';

const LAPTOP = { width: 1100, height: 640 };

const textOf = (selector: string) => `document.querySelector('${selector}')?.innerText.replace(/\\s+/g, ' ')`;
const textsOf = (selector: string) =>
  `[...document.querySelectorAll('${selector}')].map((one) => one.textContent.replace(/\\s+/g, ' '))`;

/**
 * Tests the page of the graph. Its subgraph products doesn't run.
 *
 * @param schema file with the schema of users, which the gateway follows
 */
export function testGraphPage({ graph, open }: PageTests, schema: string): void {
  test('the graph page shows the subgraphs, what is up, the owners of fields, and what changes did', async (t) => {
    const usual = await readFile(schema, 'utf8');
    t.after(() => replace(schema, usual));
    const tab = await open(new URL('/supergraph', graph.url).href, LAPTOP);
    await tab.until("document.querySelectorAll('#types details').length > 5");
    const subgraphs = await tab.until<string[]>(
      `${textsOf('#subgraphs li')}.length === 3 && ${textsOf('#subgraphs li')}`,
    );
    assert.match(subgraphs[0] ?? '', /^users up, answered in \d+ ms$/);
    assert.match(subgraphs[1] ?? '', /^orders up, answered in \d+ ms$/);
    assert.equal(subgraphs[2], 'products down: SUBGRAPH_UNAVAILABLE');

    await edit(schema, '\n  name: String!', '\n  name: String!\n  nickname(short: Boolean): String');
    await tab.until(`/added User.nickname/.test(${textOf('#changes')})`);
    await tab.until(`${textsOf('#types li')}.some((text) => text.startsWith('nickname(short: Boolean): String'))`);
    await edit(schema, 'nickname(short: Boolean): String', 'nickname: Nothing');
    const changes = await tab.until<string>(`/refused/.test(${textOf('#changes')}) && ${textOf('#changes')}`);
    assert.match(changes, /refused.*Nothing.* accepted: the schema of users/);

    await t.test('it is searched and used by the keyboard', async () => {
      await tab.press('/', ...'email', 'Tab');
      await tab.until("document.activeElement.id === 'owner'");
      await tab.until("document.querySelectorAll('#types details').length < 5");
      const user = await tab.evaluate<string>(
        `${textsOf('#types details')}.find((text) => text.startsWith('type User'))`,
      );
      assert.match(user, /^type User ?orders ?users.*email: String! ?users$/);
      await tab.press('Tab');
      assert.equal(await tab.evaluate('document.activeElement.localName'), 'summary');
      const isOpen = await tab.evaluate<boolean>('document.activeElement.parentElement.open');
      await tab.press('Enter');
      await tab.until(`document.activeElement.parentElement.open === ${!isOpen}`);
      await tab.press('Enter');
      await photograph(tab, 'graph');
    });

    await t.test('it shows what one subgraph owns', async () => {
      await tab.evaluate(
        "(() => { const [search, owner] = [document.querySelector('#search'), document.querySelector('#owner')]; search.value = 'order'; owner.value = 'products'; owner.dispatchEvent(new Event('change')); })()",
      );
      assert.doesNotMatch(await tab.evaluate<string>(textOf('#types')), /createOrder/);
    });

    await t.test('it asks no other host, and runs no script but its own', async () => {
      const { origin } = new URL(graph.url);
      assert.deepEqual(
        tab.asked.filter((address) => !address.startsWith(`${origin}/`) && !address.startsWith('data:')),
        [],
      );
      const injected =
        "(() => { const script = document.createElement('script'); script.textContent = 'window.isInjected = true'; document.body.append(script); return window.isInjected ?? false; })()";
      assert.equal(await tab.evaluate(injected), false);
    });

    await t.test('it follows the colours of the system, and fits a phone', async () => {
      const colours = '(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.body))';
      const light = await tab.evaluate<string[]>(colours);
      await tab.resize({ ...PHONE, scheme: 'dark' });
      assert.notDeepEqual(await tab.evaluate<string[]>(colours), light);
      assert.equal(await tab.evaluate('document.documentElement.scrollWidth'), PHONE.width);
    });
  });
}
