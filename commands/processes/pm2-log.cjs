// Loaded into pm2's daemon, whose output is pm2.log. Without it the first line that can't be written, because the disk is full,
// ends the daemon (7.0.4), and all processes with it. Lines are lost then, and later ones are written once there is room.
const { isPrimary } = require('node:cluster');
const { writeSync } = require('node:fs');

if (isPrimary) {
  for (const stream of [process.stdout, process.stderr]) {
    stream._write = (chunk, _encoding, done) => {
      try {
        writeSync(stream.fd, chunk);
      } catch {}
      done();
    };
  }
}
