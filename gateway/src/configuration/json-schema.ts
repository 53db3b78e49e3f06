import { z } from 'zod';
import { supergraphFile } from './settings-schema.ts';
import type { KeyPath } from './supergraph-document.ts';

/** What is used here of JSON Schema. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

const VARIABLE: JsonSchema = {
  title: 'A variable of the environment',
  type: 'string',
  pattern: '\\$\\{env\\.[A-Za-z_]\\w*(:-[^}]*)?\\}',
};

/** The file's schema without what is for variables. */
let bare: JsonSchema | undefined;

/** What describes a value and doesn't constrain it. */
const ANNOTATIONS = new Set(['title', 'description', 'default', 'examples', 'writeOnly']);

/**
 * The JSON Schema (draft 7) of the supergraph file, for editors: of what is written in it, made of the definition that it is
 * read by. It can't say what is between keys, nor what the file's variables hold.
 */
export function supergraphJsonSchema(): JsonSchema {
  return { ...allowVariables(withoutVariables()), definitions: { variable: VARIABLE } };
}

/** What the file may have at the path: one schema a form that it can have there, none for a key that there is not. */
export function schemasAt(path: KeyPath): JsonSchema[] {
  bare ??= withoutVariables();
  let found = formsOf(bare);
  for (const key of path) found = found.flatMap((schema) => childAt(schema, key)).flatMap(formsOf);
  return found;
}

/** A schema's alternatives, or itself. */
export function formsOf(schema: JsonSchema): JsonSchema[] {
  return schema.anyOf ? schema.anyOf.filter(isSchema).flatMap(formsOf) : [schema];
}

/** The keys that a schema names, each with what it is. */
export function propertiesOf(schema: JsonSchema): [key: string, schema: JsonSchema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => (isSchema(child) ? [[key, child]] : []));
}

/** A key that the file can have: in its path, {@link ANY_NAME} is for a name and {@link ANY_INDEX} for a place in a list. */
export interface FileKey {
  readonly path: KeyPath;
  readonly schema: JsonSchema;
}

export const ANY_NAME = 'NAME';
export const ANY_INDEX = 'N';

/** Every key that the file can have, those of a section after the section. */
export function keysOfFile(): FileKey[] {
  bare ??= withoutVariables();
  const byPath = new Map(keysBelow(bare, []).map((key) => [key.path.join('.'), key]));
  return [...byPath.values()]; // a key of several forms once
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

/** Of one's own choice. A value without keys is a key of the file all the same, where it says what it is for. */
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
      // A section that isn't there has what its keys have by default; one without a default is off then.
      if (jsonSchema.type === 'object' && jsonSchema.default !== undefined) jsonSchema.default = {};
    },
  });
}

/** Lets a variable stand wherever a value is wanted that a variable's name isn't. */
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

/** Whether it is a number, a boolean, or a text that not every text will do for. */
function isConstrainedValue({ type, ...schema }: JsonSchema): boolean {
  if (type === 'object' || type === 'array' || schema.anyOf) return false;
  return type !== 'string' || Object.keys(schema).some((name) => !ANNOTATIONS.has(name));
}

function isSchema(schema: unknown): schema is JsonSchema {
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema);
}
