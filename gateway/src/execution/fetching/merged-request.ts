import { FetchRequest, type MergedDocument } from './fetch-request.ts';
import { variableOf } from './merged-document.ts';

/** One request for several entity fetches. */
export class MergedRequest extends FetchRequest {
  readonly #requests: readonly FetchRequest[];

  /** @param requests requests whose documents the merged one is made of, in its order */
  constructor(document: MergedDocument, requests: readonly FetchRequest[]) {
    super(
      document.constants,
      {},
      requests.flatMap(({ representations = [] }) => representations),
    );
    this.#requests = requests;
  }

  protected override writeVariables(): string {
    return this.#requests.map(writeVariablesOf).join();
  }
}

function writeVariablesOf({ variables, representations = [] }: FetchRequest, index: number): string {
  const others = Object.entries(variables).flatMap(([name, value]) => {
    const json: string | undefined = JSON.stringify(value);
    return json === undefined ? [] : `${JSON.stringify(variableOf(name, index))}:${json}`;
  });
  return [...others, `"${variableOf('representations', index)}":[${representations.join()}]`].join();
}
