import { after } from 'node:test';
import { createUser } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';

/** The graph that the files of operations.test.ts share. Each asks for what it has created itself. */
export const graph = await startGraph({ after });

/** The first three users. Only users.ts creates orders of theirs. */
export const [ada, bob, cy] = [
  await createUser(graph.url, 'ada@example.com'),
  await createUser(graph.url, 'bob@example.com', 'Bob'),
  await createUser(graph.url, 'cy@example.com', 'Cy'),
];
