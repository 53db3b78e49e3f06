import { runCommand } from '../terminal/command.ts';
import { requireFittingDaemon, withDaemon } from './daemon.ts';
import { alone } from './lock.ts';
import { PM2_HOME } from './pm2-home.ts';

/** Runs a command that starts processes under pm2, while no other one changes them. */
export function runStart(command: () => Promise<void>): Promise<void> {
  return runAlone(async () => {
    await requireFittingDaemon();
    await withDaemon(command);
  });
}

/** Runs a command that ends processes under pm2, while no other one changes them. */
export function runEnd(command: () => Promise<void>): Promise<void> {
  return runAlone(() => withDaemon(command));
}

function runAlone(command: () => Promise<void>): Promise<void> {
  return runCommand(() => alone(PM2_HOME, command));
}
