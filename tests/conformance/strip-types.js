import { stripTypeScriptTypes } from 'node:module';

/** jest's transform: what Node itself does to a TypeScript file. */
export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
