const NAME = /\b(?:test|it|describe)\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;

/** Returns the names of the tests and groups of tests in a source, with `…` for variable parts. */
export function testNames(source: string): string[] {
  return [...source.matchAll(NAME)].map(([, literal = '']) => {
    const text = literal.slice(1, -1);
    return (literal.startsWith('`') ? withoutVariables(text) : text).replaceAll(/\\(.)/g, '$1');
  });
}

/** Replaces each `${expression}` by `…`, also if it contains braces. */
function withoutVariables(template: string): string {
  let text = '';
  let depth = 0;
  for (let at = 0; at < template.length; at += 1) {
    if (depth === 0 && template.startsWith('${', at)) {
      text += '…';
      depth = 1;
      at += 1;
    } else if (depth === 0) text += template[at];
    else if (template[at] === '{') depth += 1;
    else if (template[at] === '}') depth -= 1;
  }
  return text;
}
