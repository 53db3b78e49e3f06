import { flushCompileCache } from 'node:module';
import { CONFIGURATION_EXIT_CODE, ConfigurationError } from './configuration-error.ts';
import { createLogger, type Logger } from './logging.ts';
import type { Gap } from './logs/log-file.ts';
import { writeLogFiles } from './logs/write-log-files.ts';
import type { ProcessConfig } from './process-config.ts';
import { reportReady } from './process-state.ts';

/** A running process. */
export interface Running {
  /** URL that returns 200 while the process accepts requests. */
  readonly probe?: string;
  /** Resolves when requests in flight are answered and everything is closed. */
  stop(): Promise<void>;
}

/**
 * Runs a process: reads its configuration, starts it and tells pm2 that it is ready. On SIGINT, SIGTERM or pm2's `shutdown`
 * message (https://pm2.keymetrics.io/docs/usage/signals-clean-restart/) it stops the process and exits with 0.
 *
 * Logs a failed start and uncaught exceptions. Exits with {@link CONFIGURATION_EXIT_CODE} if the operator has to change
 * something first, and with 1 otherwise.
 */
export async function run<Config extends ProcessConfig>(
  name: string,
  readConfig: () => Config,
  start: (config: Config, logger: Logger) => Promise<Running>,
): Promise<void> {
  let logger = createLogger(name, { format: 'pretty', level: 'info' });
  process.on('uncaughtException', (error) => die(logger, error));
  process.on('unhandledRejection', (error) => die(logger, error));
  try {
    const config = readConfig();
    logger = createLogger(name, config.logging);
    if (config.logFiles) writeLogFiles(config.logFiles, (gap) => logger.error(describeGap(gap)));
    const running = await start(config, logger);
    stopOnSignals(running, logger);
    // Node writes its compile cache when a process exits, and not if it is killed. It takes no time if all of it was read.
    flushCompileCache();
    reportReady(running.probe, config.probeFile);
  } catch (error) {
    die(logger, error);
  }
}

function stopOnSignals(running: Running, logger: Logger): void {
  let stopping = false;
  const stop = async (sign: string) => {
    if (stopping) return;
    stopping = true;
    logger.info(`${sign}: finishing what is under way`);
    try {
      await running.stop();
      logger.info('stopped');
      exit(0);
    } catch (error) {
      die(logger, error);
    }
  };
  process.on('SIGINT', () => void stop('SIGINT'));
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('message', (message) => {
    if (message === 'shutdown') void stop('shutdown');
  });
}

function describeGap({ file, since, lost, reason }: Gap): string {
  return `${file} could not be written from ${since.toISOString()} on (${reason}); it can again, and ${lost} lines were lost`;
}

function die(logger: Logger, error: unknown): void {
  if (error instanceof ConfigurationError) {
    logger.fatal(error.message);
    exit(CONFIGURATION_EXIT_CODE);
  } else {
    logger.fatal(error, 'unexpected failure');
    exit(1);
  }
}

/** Exits once the last lines are written. Under pm2 a stream of pm2's writes them until {@link writeLogFiles} does. */
function exit(code: number): void {
  setTimeout(() => process.exit(code), 1000).unref();
  process.stdout.write('', 'utf8', () => process.stderr.write('', 'utf8', () => process.exit(code)));
}
