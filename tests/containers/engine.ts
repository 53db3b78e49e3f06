import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Afterwards } from '../harness/graph.ts';
import { PATH } from '../harness/pm2.ts';
import { ROOT } from '../harness/process.ts';

const HERE = import.meta.dirname;
const PACKAGES = 'podman runc netavark aardvark-dns iptables podman-compose';
const MISSING = `no podman on the PATH: install it (apt-get install ${PACKAGES}) and run this file again`;

/** Reason for `test(name, { skip: withoutPodman }, …)` if there is no podman. CI has to have one. */
export const withoutPodman = spawnSync('podman', ['--version']).status !== 0 && process.env.CI !== 'true' && MISSING;

/** Exit code and output of a command in a container. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** A container engine, podman, whose images, networks and containers are in a folder of its own. */
export class Engine {
  readonly #env: NodeJS.ProcessEnv;

  private constructor(settings: NodeJS.ProcessEnv) {
    this.#env = { PATH, HOME: process.env.HOME, ...settings };
  }

  /** Opens an engine, whose containers end with the test. */
  static async open(t: Afterwards): Promise<Engine> {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-'));
    const [storage, settings] = [join(folder, 'storage.conf'), join(folder, 'containers.conf')];
    const text = await readFile(join(HERE, 'containers.conf'), 'utf8');
    await writeFile(settings, `${text}network_config_dir = "${folder}/networks"\n`);
    const paths = `runroot = "${folder}/run"\ngraphroot = "${folder}/root"`;
    await writeFile(storage, `[storage]\ndriver = "overlay"\n${paths}\n`);
    const engine = new Engine({ CONTAINERS_CONF: settings, CONTAINERS_STORAGE_CONF: storage });
    t.after(async () => {
      await engine.podman('rm', '--all', '--force', '--time=0');
      await engine.podman('rmi', '--all', '--force'); // layers are mounted below the folder
      await rm(folder, { recursive: true });
    });
    return engine;
  }

  /** Runs podman. @throws if it fails, with what it wrote */
  podman(...args: string[]): Promise<string> {
    return this.run('podman', args);
  }

  /** Runs a program that uses this engine. @throws if it fails, with what it wrote */
  async run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const { stdout } = await promisify(execFile)(program, args, { env: { ...this.#env, ...env }, cwd: ROOT });
    return stdout.trim();
  }

  /** Builds deploy/Containerfile on a base image made of this machine's files. */
  async build(image: string, base: string): Promise<void> {
    await this.#importBase(base);
    await this.podman(
      ...['build', '--quiet', '--format=docker', '--isolation=chroot', '--network=host', '--pull=never'],
      ...['--layers=false', '--volume', `${await this.run('npm', ['config', 'get', 'cache'])}:/root/.npm`],
      ...['--build-arg', `NODE_IMAGE=${base}`, '--file', 'deploy/Containerfile', '--tag', image, '.'],
    );
  }

  async #importBase(image: string): Promise<void> {
    const script = join(HERE, 'base-image.sh');
    const files = spawn(script, [process.execPath], { env: this.#env, stdio: ['ignore', 'pipe', 'inherit'] });
    const importing = [...'image import --quiet -'.split(' '), image];
    const loading = spawn('podman', importing, { env: this.#env, stdio: [files.stdout, 'ignore', 'inherit'] });
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
