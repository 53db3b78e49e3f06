/** Samples of one scrape by series: `name{label="value"}`, with labels in alphabetical order and without `pid`. */
export type Samples = ReadonlyMap<string, number>;

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"/g;

/** Scrapes a gateway. Reads Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export async function scrape(gateway: string, path = '/metrics'): Promise<Samples> {
  const response = await fetch(new URL(path, gateway));
  const type = response.headers.get('content-type') ?? '';
  if (response.status !== 200 || !type.startsWith('text/plain; version=0.0.4')) {
    throw new Error(`${response.status} ${type}`);
  }
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map(readSample));
}

function readSample(line: string): [series: string, value: number] {
  const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  const pairs = [...labels.matchAll(LABEL)].map(([, label, text]) => `${label}="${text}"`);
  if (labels.replaceAll(LABEL, '').replaceAll(',', '') !== '') throw new Error(`no labels: ${line}`);
  const shown = pairs.filter((pair) => !pair.startsWith('pid=')).sort();
  return [shown.length === 0 ? name : `${name}{${shown.join(',')}}`, Number(value)];
}
