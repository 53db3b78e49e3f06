import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GatewaySettings } from '../../configuration/settings-schema.ts';
import type { AuthorizationRules } from './rules.ts';

/**
 * Warns of rules that no request can meet.
 *
 * @throws {ConfigurationError} if the schemas have rules, but the settings disable their enforcement, or a rule demands nothing
 */
export function checkEnforcement(
  rules: AuthorizationRules,
  { authentication, authorization }: GatewaySettings,
  logger: Logger,
): void {
  if (rules.isEmpty) return;
  const all = rules.all();
  const examples = all.map(({ text }) => text).slice(0, 3);
  if (!authorization.directives.enabled) {
    throw new ConfigurationError(
      `The schemas have rules such as ${examples.join(', ')}, and gateway.authorization.directives.enabled is false: ` +
        'everybody would see what they protect. Set it to true, or remove the rules from the schemas.',
    );
  }
  const unprotected = rules.unprotected().map(({ coordinate, rule }) => `${coordinate}: ${rule.text}`);
  if (unprotected.length > 0) {
    throw new ConfigurationError(
      `Rules have an empty list, which everybody fulfils, even without a token: ${unprotected.join(', ')}. ` +
        'Give each list a name, or use @authenticated if a token is enough.',
    );
  }
  if (!authentication.jwt && all.some(({ kind }) => kind !== 'policies')) {
    logger.warn({ rules: examples }, 'nobody can be authenticated, gateway.authentication.jwt is not set');
  }
  if (!authorization.policies && all.some(({ kind }) => kind === 'policies')) {
    logger.warn('no @policy can be granted, gateway.authorization.policies is not set');
  }
}
