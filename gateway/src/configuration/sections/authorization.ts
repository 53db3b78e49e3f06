import { z } from 'zod';
import { modulePath, onOff } from '../values.ts';

const RESPONSES = ['errors', 'extensions', 'disabled'] as const;

const directives = z
  .strictObject({
    enabled: onOff(true).describe(
      'Whether @authenticated, @requiresScopes and @policy are enforced. Where it is false, schemas that have them are refused.',
    ),
    reject_unauthorized: onOff(false).describe('Whether nothing is run where anything is denied.'),
    dry_run: onOff(false).describe('Whether everything is shown, and what would be denied is told.'),
    errors: z
      .strictObject({
        log: onOff(true).describe('Whether what is denied is logged.'),
        response: z
          .enum(RESPONSES, { error: `give one of ${RESPONSES.join(', ')}` })
          .default('errors')
          .describe('Where the answer tells what is denied.'),
      })
      .prefault({})
      .describe('How what is denied is told.'),
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
    require_authentication: onOff(false).describe('Whether requests without a valid token are refused.'),
    directives: directives.prefault({}).describe('What the schemas demand.'),
    policies: z
      .strictObject({ module: modulePath.describe('The module that exports grantedPolicies. Relative to this file.') })
      .optional()
      .describe('Who grants what @policy demands. Nobody where it is not given.'),
  })
  .transform(({ require_authentication, directives, policies }) => ({
    requireAuthentication: require_authentication,
    directives,
    policies,
  }));

/** What becomes of the parts of an operation that its sender may not see. */
export type DirectiveSettings = Readonly<z.output<typeof directives>>;
