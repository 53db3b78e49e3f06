import { subgraphUnavailable } from '@lockstep/runtime/graphql/errors.ts';
import { SubgraphClient, type SubgraphClientOptions } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';

const SUBGRAPH = 'users';
const USER_EXISTS = 'query UserExists($id: ID!) { user(id: $id) { id } }';

/** Client of the users subgraph. */
export class UsersClient {
  readonly #client: SubgraphClient;

  /** @param options its URL, the time that a call may take, and the shared secret */
  constructor(options: Omit<SubgraphClientOptions, 'name'>) {
    this.#client = new SubgraphClient({ name: SUBGRAPH, ...options });
  }

  /**
   * Checks if a user exists. The body decides, not the HTTP status, which only says if there is an answer.
   *
   * @throws `SUBGRAPH_UNAVAILABLE`, `DEADLINE_EXCEEDED` if that could not be found out
   */
  async exists(id: string, lifetime: Lifetime): Promise<boolean> {
    const { data, errors } = await this.#client.call({ query: USER_EXISTS, variables: { id } }, lifetime);
    const user = data?.user;
    if (errors || user === undefined) throw subgraphUnavailable(SUBGRAPH, new Error(JSON.stringify({ data, errors })));
    return user !== null;
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
