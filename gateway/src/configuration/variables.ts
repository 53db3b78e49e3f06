const REFERENCE = /\$\{([^}]*)\}/g;
const VARIABLE = /^env\.([A-Za-z_]\w*)(?::-(.*))?$/s;

/**
 * Replaces `${env.NAME}` and `${env.NAME:-default}`, as rover does. A variable that is empty counts as unset.
 *
 * @returns the text, and one mistake for each reference that can't be replaced
 */
export function expandVariables(text: string, env: NodeJS.ProcessEnv): { text: string; mistakes: string[] } {
  const mistakes: string[] = [];
  const expanded = text.replace(REFERENCE, (reference, content: string) => {
    const [, name, fallback] = VARIABLE.exec(content) ?? [];
    if (name === undefined) {
      mistakes.push(`${reference} is no variable: write \${env.NAME} or \${env.NAME:-default}`);
      return reference;
    }
    const value = env[name] || fallback;
    if (value === undefined) {
      mistakes.push(
        `${reference}: the environment variable ${name} isn't set; set it, or write \${env.${name}:-default}`,
      );
    }
    return value ?? reference;
  });
  return { text: expanded, mistakes };
}
