import { GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import { RefusedRequestError } from '../refused-request-error.ts';
import { limitExceeded } from './limits.ts';

/** How deep brackets may be in each other, and fragments with what is in them: parsing and validating go as deep. */
export const MAX_RECURSION = 500;

/** What a name must not be: set on an object by mistake, it changes what that object inherits. */
const FORBIDDEN_NAME = '__proto__';

const OPENING = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Looks at a document before it is parsed. By its tokens, because they can be counted without the stack that parsing
 * needs, and because what graphql-js's `maxTokens` throws is told from other syntax errors by its text only.
 *
 * @throws {RefusedRequestError} where parsing it would cost too much
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

/** What can't be read ends it: the parser has the words for that. */
function nextKind(lexer: Lexer): TokenKind {
  try {
    return lexer.advance().kind;
  } catch (error) {
    if (error instanceof GraphQLError) return TokenKind.EOF;
    throw error;
  }
}

function forbiddenName(): RefusedRequestError {
  return new RefusedRequestError(400, 'BAD_USER_INPUT', `Nothing in an operation can be called ${FORBIDDEN_NAME}.`);
}
