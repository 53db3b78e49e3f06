import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { measureDocument, type OperationMeasures } from './document-measures.ts';
import { checkText } from './document-text.ts';
import { type LimitViolation, limitExceeded } from './limits.ts';

/**
 * Maximum number of comparisons in the validation rule that fields can be merged
 * (https://spec.graphql.org/October2021/#sec-Field-Selection-Merging), at 1 to 2 µs each. 225 repetitions of one field
 * need this many, and so do 30 common fields of a union's 40 types.
 */
const MAX_COMPARISONS = 50_000;

/** Limits on the size of a document. A limit that is left out is not enforced. */
export interface DocumentLimits {
  /** Maximum number of tokens, and of selections once fragments are spread. */
  readonly maxTokens: number;
  /** True to only report violations of the limits below. */
  readonly warnOnly?: boolean;

  readonly maxDepth?: number;
  readonly maxAliases?: number;
  readonly maxRootFields?: number;
  readonly maxDirectives?: number;
}

/** A document that is safe to validate. */
export interface CheckedDocument {
  /** Undefined if it can't be parsed. Parsing it again gives the reason. */
  readonly document: DocumentNode | undefined;
  /** A violation by one of its operations, if violations are only reported. */
  readonly violation: LimitViolation | undefined;
}

/**
 * Checks a document before it is validated. Validation takes far more time than the document's length suggests if fragments
 * spread fragments or fields are repeated.
 *
 * @throws {RefusedRequestError} if it exceeds a limit, or would take too long to validate
 */
export function checkDocument(text: string, limits: DocumentLimits): CheckedDocument {
  checkText(text, limits.maxTokens);
  const document = parseIfPossible(text);
  if (!document) return { document, violation: undefined };
  const { operations, comparisons } = measureDocument(document, limits.maxTokens);
  const [violation] = operations.flatMap((measured) => violationsOf(measured, limits));
  if (violation && !limits.warnOnly) throw limitExceeded(violation);
  if (comparisons > MAX_COMPARISONS) {
    throw limitExceeded({ limit: 'repeated_fields', found: comparisons, allowed: MAX_COMPARISONS });
  }
  return { document, violation };
}

function violationsOf(measured: OperationMeasures, limits: DocumentLimits): LimitViolation[] {
  const counted: [limit: string, found: number, allowed: number | undefined][] = [
    ['max_depth', measured.depth, limits.maxDepth],
    ['max_aliases', measured.aliases, limits.maxAliases],
    ['max_root_fields', measured.rootFields, limits.maxRootFields],
    ['max_directives', measured.directives, limits.maxDirectives],
  ];
  return counted.flatMap(([limit, found, allowed]) =>
    allowed !== undefined && found > allowed ? [{ limit, found, allowed }] : [],
  );
}

function parseIfPossible(text: string): DocumentNode | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}
