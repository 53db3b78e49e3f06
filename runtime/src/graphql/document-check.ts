import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { measureDocument, type OperationMeasures } from './document-measures.ts';
import { checkText } from './document-text.ts';
import { type LimitViolation, limitExceeded } from './limits.ts';

/**
 * Validation's rule that fields can be merged takes 1 µs to 2 µs for each comparison. 225 repetitions of one field come
 * to this, or 30 common fields of a union's 40 types.
 */
const MAX_COMPARISONS = 50_000;

/** How large a document may be. A limit that is left out doesn't hold. */
export interface DocumentLimits {
  /** How many tokens it may have, and how many selections once its fragments are spread. */
  readonly maxTokens: number;
  /** Whether the limits below are only reported. */
  readonly warnOnly?: boolean;

  readonly maxDepth?: number;
  readonly maxAliases?: number;
  readonly maxRootFields?: number;
  readonly maxDirectives?: number;
}

/** A document that may be validated. */
export interface CheckedDocument {
  /** Undefined where it is none: whoever parses it next says why. */
  readonly document: DocumentNode | undefined;
  /** What one of its operations has too much of, where that is only reported. */
  readonly excess: LimitViolation | undefined;
}

/**
 * Checks a document before it is validated, which takes far more time than its length where fragments spread fragments
 * or fields are repeated.
 *
 * @throws {RefusedRequestError} where it is over a limit, or validating it would cost too much
 */
export function checkDocument(text: string, limits: DocumentLimits): CheckedDocument {
  checkText(text, limits.maxTokens);
  const document = parseIfPossible(text);
  if (!document) return { document, excess: undefined };
  const { operations, comparisons } = measureDocument(document, limits.maxTokens);
  const [excess] = operations.flatMap((measured) => excessesOf(measured, limits));
  if (excess && !limits.warnOnly) throw limitExceeded(excess);
  if (comparisons > MAX_COMPARISONS) {
    throw limitExceeded({ limit: 'repeated_fields', found: comparisons, allowed: MAX_COMPARISONS });
  }
  return { document, excess };
}

function excessesOf(measured: OperationMeasures, limits: DocumentLimits): LimitViolation[] {
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
