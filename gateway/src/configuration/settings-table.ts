import { keysOfFile } from './json-schema.ts';

/** Every key of the supergraph file, its default and what it is for, as a table in Markdown. */
export function settingsTable(): string {
  const rows = keysOfFile()
    .filter(({ schema: { type } }) => type !== 'object')
    .map(
      ({ path, schema }) =>
        `| \`${path.join('.')}\` | ${defaultOf(schema.default)} | ${cell(schema.description ?? '')} |`,
    );
  return `| key | default | |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** As it is written in the file. */
function defaultOf(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${text.replaceAll(/"([^",]+)"/g, '$1').replaceAll(',', ', ')}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
