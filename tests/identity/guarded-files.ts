import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Afterwards } from '../harness/graph.ts';
import { routeToInstances } from '../harness/instances.ts';
import { copySupergraph, edit, replace, type SupergraphFiles } from '../harness/supergraph-files.ts';

const SUBGRAPHS = routeToInstances(`subgraphs:
  users:
    routing_url: \${env.USERS_URL}
    schema: { file: ./subgraphs/users/schema.graphql }
  orders:
    routing_url: \${env.ORDERS_URL}
    schema: { file: ./subgraphs/orders/schema.graphql }
`);

/** A policy module that grants `staff` to a request with a token and a certain header. */
const POLICIES = `interface Asking { claims?: Record<string, unknown>; headers: Record<string, string> }

export function grantedPolicies(policies: string[], { claims, headers }: Asking) {
  if (headers['x-staff'] === 'break') throw new Error('the policies are at policies.internal');
  return policies.filter((policy) => policy === 'staff' && claims !== undefined && headers['x-staff'] === 'yes');
}
`;

/** Files of a graph that protects parts of the users subgraph. */
export async function guardedFiles(t: Afterwards, gateway: string): Promise<SupergraphFiles> {
  const files = await copySupergraph(t);
  await edit(files.users, 'import: ["@key"', 'import: ["@key", "@authenticated", "@requiresScopes", "@policy"');
  await edit(files.users, 'email: String!\n', 'email: String @requiresScopes(scopes: [["read:email"], ["admin"]])\n');
  await edit(files.users, 'createdAt: DateTime!', 'createdAt: DateTime! @authenticated');
  await edit(files.users, 'email: String!): User!', 'email: String!): User @policy(policies: [["staff"]])');
  await writeFile(join(dirname(files.supergraph), 'policies.ts'), POLICIES);
  await setGateway(files, gateway);
  return files;
}

/**
 * Replaces the gateway's settings.
 *
 * @param gateway its keys, in YAML's flow style
 */
export function setGateway({ supergraph }: SupergraphFiles, gateway: string): Promise<void> {
  return replace(supergraph, `${SUBGRAPHS}gateway: { ${gateway} }\n`);
}
