import { createServer } from 'node:http';
import { HOST } from './processes.ts';

// Takes traces as a collector does, and drops them.

const port = Number(process.argv[2]);

createServer((request, response) => {
  request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
}).listen(port, HOST);
