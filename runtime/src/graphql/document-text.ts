import { GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import { RefusedRequestError } from '../refused-request-error.ts';
import { limitExceeded } from './limits.ts';

/** Maximum nesting of brackets, and of fragments with their content. Parsing and validation recurse as deep. */
export const MAX_RECURSION = 500;

/** A forbidden name. Assigned to an object by mistake, it changes the object's prototype. */
const FORBIDDEN_NAME = '__proto__';

const OPENING = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Checks a document's tokens before it is parsed. Counting tokens needs no recursion, and graphql-js's own `maxTokens`
 * throws an error that differs from other syntax errors only in its text.
 *
 * @throws {RefusedRequestError} if parsing it would cost too much, or a name is forbidden
 */
export function checkText(text: string, maxTokens: number): void {
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  for (let found = 0; nextKind(lexer) !== TokenKind.EOF; ) {
    found += 1;
    if (found > maxTokens) throw limitExceeded({ limit: 'parser_max_tokens', found, allowed: maxTokens });
    const { kind, value } = lexer.token;
    if (OPENING.has(kind)) depth += 1;
    else if (CLOSING.has(kind)) depth -= 1;
    else if (kind === TokenKind.NAME && value === FORBIDDEN_NAME) throw forbiddenName();
    if (depth > MAX_RECURSION) {
      throw limitExceeded({ limit: 'parser_max_recursion', found: depth, allowed: MAX_RECURSION });
    }
  }
}

/** Returns the kind of the next token, or `EOF` at a syntax error, which the parser will report. */
function nextKind(lexer: Lexer): TokenKind {
  try {
    return lexer.advance().kind;
  } catch (error) {
    if (error instanceof GraphQLError) return TokenKind.EOF;
    throw error;
  }
}

function forbiddenName(): RefusedRequestError {
  return new RefusedRequestError(400, 'BAD_USER_INPUT', `The operation uses the name "${FORBIDDEN_NAME}"; use another`);
}
