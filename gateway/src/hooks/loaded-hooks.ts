import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { GatewayHooks } from './gateway-hooks.ts';
import { exportedFunction, type HookModule, loadHookModule } from './hook-module.ts';

const NAMES = ['request', 'subgraphRequest', 'subgraphResponse', 'response'] as const;

/**
 * The functions of the module that the settings name; undefined where they name none.
 *
 * @throws {ConfigurationError} where it exports none of them, or something else under one of the names
 */
export async function loadGatewayHooks({
  module,
  ...version
}: Omit<HookModule, 'module'> & { readonly module?: string | undefined }): Promise<GatewayHooks | undefined> {
  if (module === undefined) return undefined;
  const exports = await loadHookModule({ module, ...version });
  const hooks = NAMES.flatMap((name) => {
    const hook = exportedFunction(exports, name, module);
    return hook ? [[name, hook]] : [];
  });
  if (hooks.length > 0) return Object.fromEntries(hooks);
  throw new ConfigurationError(`${module} exports none of ${NAMES.join(', ')}`);
}
