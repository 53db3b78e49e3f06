import type { JsonSchema } from './json-schema.ts';

/** What stands in place of a secret, wherever settings are shown. */
const MASK = '***';
const SECRET_VARIABLE = /SECRET|TOKEN|PASSW|KEY|CREDENTIAL/i;
const URL_CREDENTIALS = /(?<=:\/\/)[^/@\s]+(?=@)/g;

/**
 * A value as it may be shown: nothing of it where the key is for secrets (`.meta({ writeOnly: true })`, JSON Schema's word
 * for that) or the variable is called like one, and no credentials that an address carries.
 *
 * @param schemas what the file may have at the key
 * @param variables those that the value is made of
 */
export function withoutSecrets(value: unknown, schemas: readonly JsonSchema[], variables: readonly string[]): unknown {
  if (schemas.some(({ writeOnly }) => writeOnly === true) || variables.some((name) => SECRET_VARIABLE.test(name))) {
    return MASK;
  }
  return typeof value === 'string' ? value.replace(URL_CREDENTIALS, MASK) : value;
}
