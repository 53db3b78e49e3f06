import { keysOfFile } from './json-schema.ts';

/** Returns every key of the supergraph file, with its default and its description, as a table in Markdown. */
export function settingsTable(): string {
  const rows = keysOfFile()
    .filter(({ schema: { type } }) => type !== 'object')
    .map(
      ({ path, schema }) =>
        `| \`${path.join('.')}\` | ${defaultOf(schema.default)} | ${cell(schema.description ?? '')} |`,
    );
  return `| key | default | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** Returns a default as one would write it in the file. */
function defaultOf(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${text.replaceAll(/"([^",]+)"/g, '$1').replaceAll(',', ', ')}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
