import type { DocumentNode } from 'graphql';

/** A supergraph as the planner gets it, and what was changed in it. */
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

/** What stands in a normalized supergraph for fields with arguments that `@requires` asks for. */
export interface RequiredFields {
  /** By the name it has in the normalized supergraph. */
  readonly byName: ReadonlyMap<string, RequiredField>;
  /** The names of `byName` that a field needs: by subgraph, and then by `Type.field`. */
  readonly neededBy: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
}
