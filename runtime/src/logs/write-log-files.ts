import { type Gap, LogFile, type RotationLimits } from './log-file.ts';

/** Files that the output of this process goes to. */
export interface LogFiles extends RotationLimits {
  /** Path of the file for standard output. */
  readonly out: string;
  /** Path of the file for standard error. */
  readonly error: string;
}

type Done = (error?: Error | null) => void;

/**
 * Writes what goes to `process.stdout` and `process.stderr` to these files. In cluster mode pm2 does that in the process itself, by
 * a stream that ends at the first error: after the disk was full once, nothing is ever logged again (7.0.4,
 * lib/ProcessContainer.js and lib/Utility.js). `pm2 logs` gets each line as before, unless pm2's daemon hangs: lines for it would
 * take more and more memory, so it then gets none.
 *
 * @param tellGap called once lines can be written again that could not
 */
export function writeLogFiles({ out, error, ...limits }: LogFiles, tellGap: (gap: Gap) => void): void {
  redirect(process.stdout, 'log:out', new LogFile(out, limits, tellGap));
  redirect(process.stderr, 'log:err', new LogFile(error, limits, tellGap));
}

function redirect(output: NodeJS.WriteStream, type: string, file: LogFile): void {
  let isDaemonBehind = false;
  const catchUp = () => {
    isDaemonBehind = false;
  };
  output.write = (chunk: Uint8Array | string, encoding?: BufferEncoding | Done, done?: Done): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    if (text !== '') {
      const line = { type, topic: type, data: text };
      if (!isDaemonBehind) isDaemonBehind = process.send?.(line, undefined, undefined, catchUp) === false;
      file.write(text);
    }
    const callback = typeof encoding === 'function' ? encoding : done;
    if (callback) setImmediate(callback);
    return true;
  };
}
