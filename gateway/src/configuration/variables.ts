const REFERENCE = /\$\{([^}]*)(\}?)/g;
const VARIABLE = /^env\.([A-Za-z_]\w*)(?::-(.*))?$/s;

/** A text whose variables are replaced. */
export interface Expansion {
  readonly text: string;
  /** The variables of the environment that it is made of. */
  readonly names: readonly string[];
  /** Whether the text was one variable and nothing beside it. */
  readonly isVariable: boolean;
  /** One for each reference that can't be replaced: what was found, and what would do. */
  readonly mistakes: readonly string[];
}

/**
 * Replaces `${env.NAME}` and `${env.NAME:-default}`, as rover does. A variable that is empty counts as unset. A `$` that
 * no `{` follows is text.
 */
export function expandVariables(text: string, env: NodeJS.ProcessEnv): Expansion {
  const mistakes: string[] = [];
  const names: string[] = [];
  let isVariable = false;
  const expanded = text.replace(REFERENCE, (reference, content: string, end: string) => {
    const [, name, fallback] = VARIABLE.exec(content) ?? [];
    if (name === undefined || end === '' || fallback?.includes('${')) {
      mistakes.push(`${reference}: is no variable: write \${env.NAME} or \${env.NAME:-default}`);
      return reference;
    }
    isVariable = reference === text;
    const value = env[name] || fallback;
    if (env[name]) names.push(name);
    if (value === undefined) {
      mistakes.push(
        `${reference}: the environment variable ${name} isn't set; set it, or write \${env.${name}:-default}`,
      );
    }
    return value ?? reference;
  });
  return { text: expanded, names, isVariable, mistakes };
}
