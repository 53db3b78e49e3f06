import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { supergraphJsonSchema } from '@lockstep/gateway/configuration/json-schema.ts';
import { settingsTable } from '@lockstep/gateway/configuration/settings-table.ts';
import { parse } from 'graphql';

// `npm run codegen` writes each subgraph's resolver types from its schema, and the JSON Schema of supergraph.yaml and the
// README's table of its keys from the definition that the gateway reads it by. With --check it writes nothing, and fails where a file isn't what it would write.

const ROOT = dirname(import.meta.dirname);
const SUBGRAPHS = 'subgraphs';
const isCheck = process.argv.includes('--check');

/** The TypeScript type of each custom scalar, inside the resolvers. */
const SCALARS = { DateTime: 'Date', Money: { input: 'unknown', output: 'number' } };

/** Where a graph type's object inside the resolvers isn't the type itself. */
const MAPPERS: Record<string, Record<string, string>> = {
  orders: { Order: './database/orders.ts#Order as OrderObject' },
};

async function resolverTypes(subgraph: string): Promise<string> {
  const schema = parse(readFileSync(join(ROOT, SUBGRAPHS, subgraph, 'schema.graphql'), 'utf8'));
  buildSubgraphSchema([{ typeDefs: schema }]); // says what is wrong with it better than the generator does
  const types = await codegen({
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
  return `// Generated from schema.graphql by \`npm run codegen\`.\n${types}`;
}

/** The README, with the table of the settings between its marks. */
function readme(): string {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const marks = /(?<=<!-- generated: settings -->\n).*?(?=<!-- end of settings -->)/s;
  if (!marks.test(text)) throw new Error('README.md has no place for the table of the settings');
  return text.replace(marks, () => `\n${settingsTable()}\n`);
}

const generated = new Map([
  ['supergraph.schema.json', `${JSON.stringify(supergraphJsonSchema(), null, 2)}\n`],
  ['README.md', readme()],
]);
for (const subgraph of readdirSync(join(ROOT, SUBGRAPHS))) {
  generated.set(join(SUBGRAPHS, subgraph, 'src', 'schema.generated.ts'), await resolverTypes(subgraph));
}

for (const [file, text] of generated) {
  const path = join(ROOT, file);
  if (!isCheck) {
    writeFileSync(path, text);
    console.log(`wrote ${file}`);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    process.exitCode = 1;
    console.error(`${file} is not what its source gives: npm run codegen`);
  }
}
