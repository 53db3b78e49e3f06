import { isPromise } from '@lockstep/runtime/promises.ts';
import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  isLeafType,
  isNonNullType,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { Complete } from './complete.ts';
import { compileCompletion, compileLeaf, notNull } from './completion.ts';
import type { Execution, Path } from './execution.ts';
import { type Arguments, compileArguments } from './field-arguments.ts';
import type { FieldPlace } from './field-place.ts';
import { dropped, VALUE_COST } from './operation-budget.ts';
import type { Select, SelectedField } from './selection.ts';

/** Field of an object type as one operation selects it (https://spec.graphql.org/October2021/#sec-Executing-Fields). */
export class CompiledField implements SelectedField {
  readonly key: string;
  readonly cost: number;
  readonly #place: FieldPlace;
  readonly #isNullable: boolean;
  readonly #resolver: GraphQLFieldResolver<unknown, unknown>;
  readonly #argumentsOf: (variables: Execution['variables']) => Arguments;
  readonly #complete: Complete;
  /** Value of `__typename`; undefined for other fields. */
  readonly #typeName: string | undefined;
  /** Serializes a leaf that is read from its object, with no resolver and no arguments; undefined for other fields. */
  readonly #writePlain: ((value: unknown) => unknown) | undefined;

  constructor(key: string, place: FieldPlace, select: Select) {
    const { args, type } = place.definition;
    const resolve = place.definition.resolve ?? defaultFieldResolver;
    const innerType = isNonNullType(type) ? type.ofType : type;
    const isPlain = resolve === defaultFieldResolver && args.length === 0;
    this.key = key;
    this.#place = place;
    this.#typeName = place.definition === TypeNameMetaFieldDef ? place.parentType.name : undefined;
    this.#isNullable = !isNonNullType(type);
    this.#resolver = resolve;
    this.#argumentsOf = compileArguments(place.definition, place.nodes[0]);
    this.#complete = compileCompletion(type, place, select);
    this.#writePlain = isPlain && isLeafType(innerType) ? compileLeaf(innerType) : undefined;
    this.cost = this.#writePlain || this.#typeName !== undefined ? VALUE_COST : 1;
  }

  /**
   * Returns the field's value for the response, or a promise of it.
   *
   * @param parent path of the object that has the field
   * @throws the field's error if it can't be null
   */
  execute(execution: Execution, source: unknown, parent: Path | undefined): unknown {
    if (this.#typeName !== undefined) return this.#typeName;
    return this.#writePlain
      ? this.#executePlain(execution, source, parent, this.#writePlain)
      : this.#execute(execution, source, this.#pathBelow(parent));
  }

  /** Completes a plain field without making a path or an info object, as most fields are plain. */
  #executePlain(
    execution: Execution,
    source: unknown,
    parent: Path | undefined,
    write: (value: unknown) => unknown,
  ): unknown {
    try {
      const value = propertyOf(source, this.#place.definition.name);
      if (value === null || value === undefined) return this.#isNullable ? null : notNull(null, this.#place);
      if (typeof value !== 'object' && typeof value !== 'function') return write(value);
      if (typeof value === 'function') return this.#execute(execution, source, this.#pathBelow(parent));
      if (isPromise(value)) return this.#execute(execution, source, this.#pathBelow(parent), () => value);
      if (value instanceof Error) throw value;
      return write(value);
    } catch (error) {
      return execution.fail(error, this.#place, this.#pathBelow(parent), this.#isNullable);
    }
  }

  #execute(execution: Execution, source: unknown, path: Path, resolve = this.#resolver): unknown {
    const info = execution.infoOf(this.#place, path);
    try {
      execution.budget.check();
      const value = resolve(source, this.#argumentsOf(execution.variables), execution.context, info);
      const completed = isPromise(value)
        ? value.then((resolved) =>
            execution.budget.ended ? dropped() : this.#complete(execution, resolved, info, path),
          )
        : this.#complete(execution, value, info, path);
      if (!isPromise(completed)) return completed;
      return completed.then(undefined, (error) => execution.fail(error, this.#place, path, this.#isNullable));
    } catch (error) {
      return execution.fail(error, this.#place, path, this.#isNullable);
    }
  }

  #pathBelow(parent: Path | undefined): Path {
    return { prev: parent, key: this.key, typename: this.#place.parentType.name };
  }
}

/** Reads a property as graphql-js's default resolver does. */
function propertyOf(source: unknown, name: string): unknown {
  const hasProperties = (typeof source === 'object' && source !== null) || typeof source === 'function';
  return hasProperties ? Reflect.get(source, name) : undefined;
}
