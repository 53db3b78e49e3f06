import { MASK, withoutCredentials, withoutQuery } from '@lockstep/runtime/url-credentials.ts';
import type { JsonSchema } from './json-schema.ts';

const SECRET_VARIABLE = /SECRET|TOKEN|PASSW|KEY|CREDENTIAL|HEADERS/i;

/**
 * Returns a value that can be shown: masked if its key holds secrets (`.meta({ writeOnly: true })`, after JSON Schema) or if
 * a variable in it has a name like one, and without the credentials and the query of a URL. True and false are no secrets.
 *
 * @param schemas schemas of the key
 * @param variables names of the environment variables in the value
 */
export function withoutSecrets(value: unknown, schemas: readonly JsonSchema[], variables: readonly string[]): unknown {
  if (typeof value === 'boolean') return value;
  if (schemas.some(({ writeOnly }) => writeOnly === true) || variables.some((name) => SECRET_VARIABLE.test(name))) {
    return MASK;
  }
  return typeof value === 'string' ? withoutQuery(withoutCredentials(value)) : value;
}
