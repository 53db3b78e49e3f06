import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

// Loaded before a process of the project (`--import`): logs every host that it looks up or connects to.

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function recordedConnect(this: net.Socket, ...args: unknown[]) {
  const [given] = args.flat(); // inside Node the arguments come as one array
  record(describe(given, args[1]));
  return Reflect.apply(connect, this, args);
};

const { lookup } = dns;
Object.assign(dns, {
  lookup: Object.assign((...args: unknown[]) => {
    if (net.isIP(String(args[0])) === 0) record(`lookup of ${args[0]}`);
    return Reflect.apply(lookup, dns, args);
  }, lookup),
});
syncBuiltinESMExports();

function describe(given: unknown, host: unknown): string {
  if (typeof given !== 'object' || given === null) return `${host ?? 'localhost'}:${given}`;
  if ('path' in given && typeof given.path === 'string') return given.path;
  return `${'host' in given ? given.host : 'localhost'}:${'port' in given ? given.port : ''}`;
}

function record(connection: string): void {
  process.stdout.write(`${JSON.stringify({ level: 'info', msg: 'connection', connection })}\n`);
}
