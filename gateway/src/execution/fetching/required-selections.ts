import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { TypeRelations } from './type-relations.ts';

/** A field of a fetch's `requires`. */
export interface RequiredSelection {
  /** Where the plan keeps its value. */
  readonly key: string;
  readonly selections: QueryPlanSelectionNode[] | undefined;
}

/** Which fields are asked for of a type, by the names that the subgraph knows. */
export function requiredFields(
  selections: readonly QueryPlanSelectionNode[],
  typeName: string | undefined,
  types: TypeRelations,
  fields: Map<string, RequiredSelection> = new Map(),
): Map<string, RequiredSelection> {
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection;
      if (typeCondition === undefined || (typeName !== undefined && types.applies(typeCondition, typeName))) {
        requiredFields(selection.selections, typeName, types, fields);
      }
      continue;
    }
    const known = fields.get(selection.name);
    if (known?.selections) known.selections.push(...(selection.selections ?? []));
    else if (!known) {
      const below = selection.selections && [...selection.selections];
      fields.set(selection.name, { key: selection.alias ?? selection.name, selections: below });
    }
  }
  return fields;
}
