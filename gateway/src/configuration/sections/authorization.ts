import { z } from 'zod';
import { modulePath, onOff } from '../values.ts';

const RESPONSES = ['errors', 'extensions', 'disabled'] as const;

const directives = z
  .strictObject({
    enabled: onOff(true).describe(
      'Enforces @authenticated, @requiresScopes and @policy. If false, schemas that use them are refused.',
    ),
    reject_unauthorized: onOff(false).describe('Refuses the whole operation if any part of it is denied.'),
    dry_run: onOff(false).describe('Denies nothing, and reports what would be denied.'),
    errors: z
      .strictObject({
        log: onOff(true).describe('Logs denials.'),
        response: z
          .enum(RESPONSES, { error: `give one of ${RESPONSES.join(', ')}` })
          .default('errors')
          .describe('Part of the response that reports denials.'),
      })
      .prefault({})
      .describe('Reporting of denials.'),
  })
  .transform(({ enabled, reject_unauthorized, dry_run, errors }) => ({
    enabled,
    rejectUnauthorized: reject_unauthorized,
    dryRun: dry_run,
    ...errors,
  }));

/** `gateway.authorization` */
export const authorization = z
  .strictObject({
    require_authentication: onOff(false).describe('Refuses requests without a valid token.'),
    directives: directives.prefault({}).describe('Authorization directives of the schemas.'),
    policies: z
      .strictObject({ module: modulePath.describe('Module that exports grantedPolicies. Relative to this file.') })
      .optional()
      .describe('Function that grants policies. Without it, no policy is granted.'),
  })
  .transform(({ require_authentication, directives, policies }) => ({
    requireAuthentication: require_authentication,
    directives,
    policies,
  }));

/** Treatment of operations that are denied in part. */
export type DirectiveSettings = Readonly<z.output<typeof directives>>;
