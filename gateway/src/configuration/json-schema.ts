import { z } from 'zod';
import { supergraphFile } from './settings-schema.ts';
import type { KeyPath } from './supergraph-document.ts';

/** JSON Schema of a value. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

const VARIABLE: JsonSchema = {
  title: 'Environment variable',
  type: 'string',
  pattern: '\\$\\{env\\.[A-Za-z_]\\w*(:-[^}]*)?\\}',
};

/** The file's schema, without the alternatives for variables. Created at its first use. */
let bare: JsonSchema | undefined;

/** Keywords that describe a value without constraining it. */
const ANNOTATIONS = new Set(['title', 'description', 'default', 'examples', 'writeOnly']);

/**
 * Returns the JSON Schema (draft 7) of the supergraph file, for editors. It is generated from the zod schema that reads the
 * file, so it can't express rules that involve several keys, nor check the values of variables.
 */
export function supergraphJsonSchema(): JsonSchema {
  return { ...allowVariables(withoutVariables()), definitions: { variable: VARIABLE } };
}

/** Returns the schemas that a value at the path may have: one for each form, none for an unknown key. */
export function schemasAt(path: KeyPath): JsonSchema[] {
  bare ??= withoutVariables();
  let found = formsOf(bare);
  for (const key of path) found = found.flatMap((schema) => childAt(schema, key)).flatMap(formsOf);
  return found;
}

/** Returns a schema's alternatives, or the schema itself if it has none. All forms of a secret are secret. */
export function formsOf(schema: JsonSchema): JsonSchema[] {
  if (!schema.anyOf) return [schema];
  const forms = schema.anyOf.filter(isSchema).flatMap(formsOf);
  return schema.writeOnly ? forms.map((form) => ({ ...form, writeOnly: true })) : forms;
}

/** Returns the keys that a schema names, each with its own schema. */
export function propertiesOf(schema: JsonSchema): [key: string, schema: JsonSchema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => (isSchema(child) ? [[key, child]] : []));
}

/** A key of the file. Its path has {@link ANY_NAME} for a name and {@link ANY_INDEX} for an index in a list. */
export interface FileKey {
  readonly path: KeyPath;
  readonly schema: JsonSchema;
}

export const ANY_NAME = 'NAME';
export const ANY_INDEX = 'N';

/** Returns every key that the file can have, each section before its keys. */
export function keysOfFile(): FileKey[] {
  bare ??= withoutVariables();
  const byPath = new Map(keysBelow(bare, []).map((key) => [key.path.join('.'), key]));
  return [...byPath.values()]; // a key with several forms appears once
}

function keysBelow(schema: JsonSchema, above: KeyPath): FileKey[] {
  return formsOf(schema).flatMap((form) => {
    const named = propertiesOf(form).map(([key, child]) => ({ path: [...above, key], schema: child }));
    const { additionalProperties: values, items } = form;
    return [
      ...named.flatMap((key) => [key, ...keysBelow(key.schema, key.path)]),
      ...(isSchema(values) ? keysUnder(ANY_NAME, values, above) : []),
      ...(isSchema(items) ? keysUnder(ANY_INDEX, items, above) : []),
    ];
  });
}

/** Returns the keys under a placeholder, and the placeholder itself if its value has a description. */
function keysUnder(name: string, schema: JsonSchema, above: KeyPath): FileKey[] {
  const path = [...above, name];
  const own = schema.description === undefined ? [] : [{ path, schema }];
  return [...own, ...keysBelow(schema, path)];
}

function childAt(schema: JsonSchema, key: string): JsonSchema[] {
  return [schema.properties?.[key], schema.additionalProperties, schema.items].filter(isSchema).slice(0, 1);
}

function withoutVariables(): JsonSchema {
  return z.toJSONSchema(supergraphFile, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      // A missing section gets the defaults of its keys, so its own default is the empty object.
      if (jsonSchema.type === 'object' && jsonSchema.default !== undefined) jsonSchema.default = {};
    },
  });
}

/** Allows a variable in place of every value that the text `${env.NAME}` would not match itself. */
function allowVariables(schema: JsonSchema): JsonSchema {
  const variable: JsonSchema = { $ref: '#/definitions/variable' };
  if (schema.anyOf) {
    const forms = formsOf(schema);
    const isAnyValue = forms.some(isConstrainedValue);
    const anyOf = forms.map((form) => (isConstrainedValue(form) ? form : allowVariables(form)));
    return { ...schema, anyOf: isAnyValue ? [...anyOf, variable] : anyOf };
  }
  if (isConstrainedValue(schema)) {
    const entries = Object.entries(schema);
    const annotations = entries.filter(([name]) => ANNOTATIONS.has(name));
    const constraints = entries.filter(([name]) => !ANNOTATIONS.has(name));
    return { ...Object.fromEntries(annotations), anyOf: [Object.fromEntries(constraints), variable] };
  }
  return {
    ...schema,
    ...(schema.properties && {
      properties: Object.fromEntries(propertiesOf(schema).map(([key, child]) => [key, allowVariables(child)])),
    }),
    ...(isSchema(schema.additionalProperties) && {
      additionalProperties: allowVariables(schema.additionalProperties),
    }),
    ...(isSchema(schema.items) && { items: allowVariables(schema.items) }),
  };
}

/** Returns true for a number, a boolean, and a string with constraints. */
function isConstrainedValue({ type, ...schema }: JsonSchema): boolean {
  if (type === 'object' || type === 'array' || schema.anyOf) return false;
  return type !== 'string' || Object.keys(schema).some((name) => !ANNOTATIONS.has(name));
}

function isSchema(schema: unknown): schema is JsonSchema {
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema);
}
