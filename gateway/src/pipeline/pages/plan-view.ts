import { GRAPH_PAGE_PATH } from '../../configuration/sections/endpoint.ts';

/** Place of the view beside the answer, which the explorer's script fills. */
export const PLAN_VIEW = `<aside id="plan" aria-label="Plan">
      <details>
        <summary><span role="status">Run an operation to see its plan, its calls, and what took the time.</span></summary>
        <table hidden>
          <thead><tr><th scope="col">fetch</th><td class="track"></td><th scope="col">time</th><th scope="col">details</th></tr></thead>
          <tbody></tbody>
        </table>
        <p class="omitted"></p>
      </details>
      <a href="${GRAPH_PAGE_PATH}">Graph</a>
    </aside>`;
