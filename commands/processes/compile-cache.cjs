const { enableCompileCache } = require('node:module');

// Loaded first by each process under pm2. Node reads NODE_COMPILE_CACHE when a process begins, and pm2 sets an app's
// variables only later, from this one (7.0.4, lib/ProcessContainer.js): without this file nothing would be kept.
const { NODE_COMPILE_CACHE } = JSON.parse(process.env.pm2_env ?? '{}');
if (NODE_COMPILE_CACHE) enableCompileCache(NODE_COMPILE_CACHE);
