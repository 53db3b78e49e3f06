import { z } from 'zod';

/** `gateway.execution` */
export const execution = z.strictObject({
  engine: z
    .enum(['compiled', 'apollo'], "give compiled, or apollo for ApolloGateway's own executor")
    .default('compiled')
    .describe(
      "Engine that runs operations: this gateway's own (compiled), or ApolloGateway's executor (apollo), which plans without limits on the thread that serves requests.",
    ),
});
