import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOrder, createUser } from '../harness/client.ts';
import type { startBrowser } from '../harness/devtools.ts';
import { photograph } from '../harness/pictures.ts';

/** Graph and browser of the tests of pages. */
export interface PageTests {
  readonly graph: { readonly url: string };
  readonly open: Awaited<ReturnType<typeof startBrowser>>;
}

const LAPTOP = { width: 1300, height: 640 };
export const PHONE = { width: 390, height: 844 };

const IS_READY = "!document.querySelector('.graphiql-spinner') && !!document.querySelector('.graphiql-execute-button')";
const SENTENCE = "document.querySelector('#plan [role=status]').textContent";
const ROWS = "[...document.querySelectorAll('#plan tbody tr')].map((row) => row.innerText.replace(/\\s+/g, ' '))";
const BARS = "[...document.querySelectorAll('#plan .track > div')].map((bar) => bar.getBoundingClientRect().width)";
const ANSWER = "document.querySelector('.graphiql-response').innerText";

/** Tests the view beside the answer in GraphiQL. */
export function testExplorerView({ graph, open }: PageTests): void {
  test('the explorer shows the plan, a timeline of the calls and what took the time beside the answer', async (t) => {
    for (const name of ['Grace', 'Ada', 'Alan']) {
      await createOrder(graph.url, await createUser(graph.url, `${name}@example.org`, name));
    }
    const tab = await open(new URL('/graphiql', graph.url).href, LAPTOP);
    await tab.until(IS_READY);
    assert.equal(await tab.evaluate("document.querySelector('#plan details').open"), true);
    await tab.evaluate("document.querySelector('.graphiql-execute-button').click()");
    assert.match(await tab.until<string>(`/ ms\\b/.test(${SENTENCE}) && ${SENTENCE}`), /^\w.* of [\d.]+ ms.*\.$/);
    const rows = await tab.evaluate<string[]>(ROWS);
    assert.ok(
      rows.some((row) => /^orders [\d.]+ ms .*B sent, .*B received$/.test(row)),
      rows.join('\n'),
    );
    assert.ok(
      rows.some((row) => /^users, at orders\.@\.user [\d.]+ ms \d entit/.test(row)),
      rows.join('\n'),
    );
    assert.ok(
      rows.some((row) => /^products, at .* not needed$/.test(row)),
      rows.join('\n'),
    );
    assert.ok((await tab.evaluate<number[]>(BARS)).every((width) => width >= 2));
    await tab.until(`/Grace/.test(${ANSWER})`);
    assert.doesNotMatch(await tab.evaluate<string>(ANSWER), /extensions|apolloQueryPlan/);
    await photograph(tab, 'explorer');

    await t.test('it asks no other host', () => {
      const { origin } = new URL(graph.url);
      assert.deepEqual(
        tab.asked.filter((address) => !address.startsWith(`${origin}/`) && !/^(data|blob):/.test(address)),
        [],
      );
    });

    await t.test('it is used by the keyboard', async () => {
      await tab.evaluate("document.querySelector('#plan summary').focus()");
      await tab.press('Enter');
      assert.equal(await tab.until("!document.querySelector('#plan details').open"), true);
      await tab.press('Enter');
      await tab.until("document.querySelector('#plan details').open");
      await tab.press('Tab', 'Tab', 'Enter');
      assert.match(
        await tab.until('document.activeElement.parentElement.open && document.activeElement.parentElement.innerText'),
        /\{/,
      );
      await tab.press('Enter');
    });

    await t.test('it follows the colours of the system, and fits a phone', async () => {
      const colours =
        "(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.querySelector('#plan')))";
      const light = await tab.evaluate<string[]>(colours);
      await tab.resize({ ...PHONE, scheme: 'dark' });
      assert.notDeepEqual(await tab.evaluate<string[]>(colours), light);
      const { view, editors, scrollWidth } = await tab.evaluate<{
        view: DOMRectLike;
        editors: DOMRectLike;
        scrollWidth: number;
      }>(
        "({ view: document.querySelector('#plan').getBoundingClientRect().toJSON(), editors: document.querySelector('.graphiql-editors').getBoundingClientRect().toJSON(), scrollWidth: document.documentElement.scrollWidth })",
      );
      assert.equal(scrollWidth, PHONE.width);
      assert.ok(
        view.right <= PHONE.width && view.bottom <= PHONE.height && view.top >= editors.bottom,
        JSON.stringify(view),
      );
    });
  });
}

interface DOMRectLike {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
