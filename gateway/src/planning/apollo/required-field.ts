import type { DocumentNode } from 'graphql';

/** A supergraph as the planner gets it, and the changes made to it. */
export interface NormalizedSupergraph {
  readonly document: DocumentNode;
  readonly requiredFields: RequiredFields;
}

/** A field with fixed arguments that some `@requires` asks for, under a name of its own. */
export interface RequiredField {
  readonly name: string;
  readonly arguments: readonly ArgumentConstant[];
}

export interface ArgumentConstant {
  readonly name: string;
  readonly value: string;
}

/** Fields of a normalized supergraph that stand for fields with arguments in some `@requires`. */
export interface RequiredFields {
  /** Required fields by their names in the normalized supergraph. */
  readonly byName: ReadonlyMap<string, RequiredField>;
  /** Names of `byName` that a field needs, by subgraph and then by `Type.field`. */
  readonly neededBy: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
}
