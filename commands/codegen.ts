import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

// `npm run codegen` writes each subgraph's resolver types from its schema. With --check it writes nothing, and fails
// where a file isn't what it would write.

const SUBGRAPHS = join(import.meta.dirname, '..', 'subgraphs');
const isCheck = process.argv.includes('--check');

/** The TypeScript type of each custom scalar, inside the resolvers. */
const SCALARS = { DateTime: 'Date', Money: { input: 'unknown', output: 'number' } };

/** Where a graph type's object inside the resolvers isn't the type itself. */
const MAPPERS: Record<string, Record<string, string>> = {
  orders: { Order: './database/orders.ts#Order as OrderObject' },
};

async function generate(subgraph: string): Promise<string> {
  const schema = parse(readFileSync(join(SUBGRAPHS, subgraph, 'schema.graphql'), 'utf8'));
  buildSubgraphSchema([{ typeDefs: schema }]); // says what is wrong with it better than the generator does
  return codegen({
    filename: 'schema.generated.ts',
    schema,
    documents: [],
    config: {
      federation: true,
      useTypeImports: true,
      enumsAsTypes: true,
      skipTypename: true,
      contextType: './context.ts#Context',
      scalars: SCALARS,
      mappers: MAPPERS[subgraph] ?? {},
    },
    plugins: [{ typescript: {} }, { resolvers: {} }],
    pluginMap: { typescript, resolvers },
  });
}

let stale = 0;
for (const subgraph of readdirSync(SUBGRAPHS)) {
  const file = join(SUBGRAPHS, subgraph, 'src', 'schema.generated.ts');
  const generated = `// Generated from schema.graphql by \`npm run codegen\`.\n${await generate(subgraph)}`;
  if (!isCheck) {
    writeFileSync(file, generated);
    console.log(`wrote subgraphs/${subgraph}/src/schema.generated.ts`);
  } else if (readFileSync(file, 'utf8') !== generated) {
    stale += 1;
    console.error(`subgraphs/${subgraph}/src/schema.generated.ts is not what schema.graphql gives: npm run codegen`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
