import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Afterwards, temporaryFolder } from '../harness/graph.ts';
import { PATH } from '../harness/pm2.ts';
import { ROOT } from '../harness/process.ts';

const HERE = import.meta.dirname;
const MISSING =
  'no podman on the PATH: install it (apt-get install podman runc netavark aardvark-dns) and run this file again';

/** Reason for `test(name, { skip: withoutPodman }, …)` if there is no podman. CI has to have one. */
export const withoutPodman = spawnSync('podman', ['--version']).status !== 0 && process.env.CI !== 'true' && MISSING;

const ENV = { PATH, HOME: process.env.HOME, CONTAINERS_CONF: join(HERE, 'containers.conf') };

/** Exit code and output of a command in a container. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** A container engine, podman, whose images, networks and containers are in a folder of its own. */
export class Engine {
  readonly #storage: readonly string[];

  private constructor(folder: string) {
    const [root, run, networks] = ['root', 'run', 'networks'].map((name) => join(folder, name));
    this.#storage = [`--root=${root}`, `--runroot=${run}`, `--network-config-dir=${networks}`];
  }

  /** Opens an engine, whose containers end with the test. */
  static async open(t: Afterwards): Promise<Engine> {
    const engine = new Engine(await temporaryFolder(t));
    // Layers are mounted below the folder, which is removed after this.
    t.after(async () => {
      await engine.podman('rm', '--all', '--force', '--time=0');
      await engine.podman('rmi', '--all', '--force');
    });
    return engine;
  }

  /** Runs podman. @throws if it fails, with what it wrote */
  async podman(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('podman', [...this.#storage, ...args], { env: ENV, cwd: ROOT });
    return stdout.trim();
  }

  /** Builds deploy/Containerfile on a base image made of this machine's files. */
  async build(image: string): Promise<void> {
    await this.#importBase('localhost/base');
    await this.podman(
      ...[
        'build',
        '--quiet',
        '--format=docker',
        '--isolation=chroot',
        '--network=host',
        '--pull=never',
        '--layers=false',
      ],
      ...['--volume', `${await npmCache()}:/root/.npm`, '--build-arg', 'NODE_IMAGE=localhost/base'],
      ...['--file', 'deploy/Containerfile', '--tag', image, '.'],
    );
  }

  async #importBase(image: string): Promise<void> {
    const files = spawn(join(HERE, 'base-image.sh'), [process.execPath], {
      env: ENV,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const loading = spawn('podman', [...this.#storage, ...'image import --quiet -'.split(' '), image], {
      env: ENV,
      stdio: [files.stdout, 'ignore', 'inherit'],
    });
    const codes = await Promise.all([once(files, 'exit'), once(loading, 'exit')]);
    if (codes.some(([code]) => code !== 0)) throw new Error(`the base image could not be made: ${codes}`);
  }

  /** Starts a container in the background. */
  async start(name: string, options: readonly string[], image: string, command: readonly string[] = []): Promise<void> {
    // Health checks need systemd's timers, so the test runs their command.
    await this.podman('run', '--detach', '--no-healthcheck', '--name', name, ...options, image, ...command);
  }

  /** Runs a command in a running container. */
  async exec(name: string, ...command: readonly string[]): Promise<Outcome> {
    try {
      return { code: 0, output: await this.podman('exec', name, ...command) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && typeof error.code === 'number')) throw error;
      return { code: error.code, output: error.message };
    }
  }
}

async function npmCache(): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'cache'], { env: ENV });
  return stdout.trim();
}
