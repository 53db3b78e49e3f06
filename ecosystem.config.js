// The pm2 apps. Read by pm2, so CommonJS, and by `npm run dev`, which runs the same apps in the foreground.
const { join } = require('node:path');

const { minimumNode } = require('./package.json').config;

// In cluster mode pm2 runs processes on its own Node, not on the project's.
if (Number.parseInt(process.versions.node, 10) < minimumNode) {
  console.error(
    `This pm2 runs on Node ${process.versions.node}, the gateway needs ${minimumNode}: ` +
      'use the commands of package.json (npm start, stop, restart, reload), which bring their own.',
  );
  process.exit(1);
}

const { GIVEN, give, readEnvironmentFile, valuesOf } = require('./commands/processes/environment.ts');
const { instancesOf } = require('./commands/processes/instances.ts');
const { listSubgraphs } = require('./commands/processes/subgraphs.ts');
const { CONFIGURATION_EXIT_CODE } = require('./runtime/src/configuration-error.ts');
const { toUrl } = require('./runtime/src/http/authority.ts');
const { variablePrefix } = require('./subgraph-kit/src/variable-prefix.ts');

/** What the project's commands determined; if pm2 reads this by itself, the variables of the shell and of `.env`. */
const given = process.env[GIVEN]
  ? JSON.parse(process.env[GIVEN])
  : give(undefined, process.env, readEnvironmentFile(join(__dirname, '.env')));
const env = valuesOf(given);

const logs = env.LOGS_DIR ?? join(__dirname, 'logs');

/** Host at which the processes of this machine reach each other. */
const host = ['', '0.0.0.0', '::'].includes(env.HOST ?? '') ? '127.0.0.1' : env.HOST;

/** Each folder of `subgraphs`, with the port and the subgraphs it calls from its package.json, and its address. */
const subgraphs = listSubgraphs(__dirname).map(({ name, calls, port: usual }) => {
  const prefix = variablePrefix(name);
  const port = env[`${prefix}_PORT`] ?? String(usual);
  const url =
    env[`${prefix}_URL`] ??
    toUrl({ host, port, socketPath: env[`${prefix}_SOCKET`] }, '/graphql', Boolean(env.TLS_CERTIFICATE));
  return { name, prefix, calls, port: { [`${prefix}_PORT`]: port }, url: { [`${prefix}_URL`]: url } };
});
const names = subgraphs.map(({ name }) => name);
const subgraphUrls = Object.assign({}, ...subgraphs.map(({ url }) => url));

/**
 * Secrets of a process: that which it requires, and those of the subgraphs it calls. A blank one counts as unset, and keeps
 * that of another subgraph, which pm2 passes on from its own environment, from the process.
 */
function secretsOf(name, calls) {
  const known = subgraphs.map((other) => {
    const variable = `${other.prefix}_SECRET`;
    return [variable, calls.includes(other.name) ? (env[variable] ?? '') : ''];
  });
  const own = names.includes(name) && env[`${variablePrefix(name)}_SECRET`];
  return { ...Object.fromEntries(known), SUBGRAPH_SECRET: own || (env.SUBGRAPH_SECRET ?? '') };
}

/** Locations of databases, whose URLs have passwords: a process gets its own only. A blank one counts as unset, as above. */
function databaseOf(name) {
  const variables = subgraphs.map((other) => [`${other.prefix}_DATABASE`, other.name === name]);
  return Object.fromEntries(variables.map(([variable, isOwn]) => [variable, isOwn ? (env[variable] ?? '') : '']));
}

// Keeps compiled code: a start takes a third less CPU, and the gateway 20 MB less memory.
const compileCache = env.NODE_COMPILE_CACHE ?? join(__dirname, 'node_modules', '.cache', 'node');

function app(name, folder, calls, settings) {
  return {
    name,
    script: join(__dirname, folder, 'src', 'main.ts'),
    cwd: __dirname,
    // Processes of an app share its port, so that a new one answers before the old one goes.
    exec_mode: 'cluster',
    interpreter: process.execPath, // pm2 would look for one that fits TypeScript, and for bun first
    // pm2's metrics, which wrap node:http and report every second.
    pmx: false,
    // They would be read of each module that names one. Our sources run as they are.
    disable_source_map_support: true,
    // pm2 imports the program without a catch, beside listeners of its own for rejections that only log them (7.0.4): a
    // process whose import fails would go on, and never answer.
    node_args: [
      '--unhandled-rejections=strict',
      `--require=${join(__dirname, 'commands', 'processes', 'compile-cache.cjs')}`,
    ],
    ...settings,

    // For the next command. pm2 keeps keys that begin so in its description of the process, and not in process.env.
    env_given: given,

    // Longer than a stop takes: the drain delay, and the requests under way.
    kill_timeout: 15_000,
    // pm2's back-off would grow to 15 s without service, and only half a minute of good behaviour would end it.
    restart_delay: 500,
    // pm2 would give up a process that crashes 16 times soon after its start.
    max_restarts: Number.MAX_SAFE_INTEGER,
    // A wrong setting or a taken port: starting again would not help.
    stop_exit_codes: [CONFIGURATION_EXIT_CODE],

    out_file: join(logs, `${name}-out.log`),
    error_file: join(logs, `${name}-error.log`),
    merge_logs: true,

    env: {
      ...env,
      NODE_ENV: env.NODE_ENV ?? 'development',
      APOLLO_TELEMETRY_DISABLED: '1',
      SUBGRAPH_SECRET_FILE: env.SUBGRAPH_SECRET_FILE ?? join(__dirname, '.secret'),
      NODE_COMPILE_CACHE: compileCache,
      ...subgraphUrls,
      ...secretsOf(name, calls),
      ...databaseOf(name),
      ...settings.env,
    },
    env_production: { NODE_ENV: 'production' },
  };
}

module.exports = {
  apps: [
    ...subgraphs.map(({ name, calls, port }) => app(name, `subgraphs/${name}`, calls, { env: port })),
    app('gateway', 'gateway', names, {
      instances: instancesOf(env),
      env: {
        GATEWAY_PORT: env.GATEWAY_PORT ?? '', // empty: as supergraph.yaml says
        // During a reload the next process answers already: time for clients to move to it.
        DRAIN_DELAY_MS: env.DRAIN_DELAY_MS ?? '1500',
      },
    }),
  ],
};
