const REFERENCE = /\$\{([^}]*)(\}?)/g;
const VARIABLE = /^env\.([A-Za-z_]\w*)(?::-(.*))?$/s;

/** A text after its variables were replaced. */
export interface Expansion {
  readonly text: string;
  /** Names of the environment variables used in it. */
  readonly names: readonly string[];
  /** True if the text was a single variable. */
  readonly isVariable: boolean;
  /** One message for each reference that can't be replaced. */
  readonly mistakes: readonly string[];
}

/**
 * Replaces `${env.NAME}` and `${env.NAME:-default}`, as rover does. An empty variable counts as unset. A `$` without `{` is
 * plain text.
 */
export function expandVariables(text: string, env: NodeJS.ProcessEnv): Expansion {
  const mistakes: string[] = [];
  const names: string[] = [];
  let isVariable = false;
  const expanded = text.replace(REFERENCE, (reference, content: string, end: string) => {
    const [, name, fallback] = VARIABLE.exec(content) ?? [];
    if (name === undefined || end === '' || fallback?.includes('${')) {
      mistakes.push(`${reference}: not a variable; write \${env.NAME} or \${env.NAME:-default}`);
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
