import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeTree, type TreeShape } from './files.ts';
import type { Options } from './options.ts';
import { dvcCommand, gitCommand, initDvc, oxenCommand, type Peers } from './peers.ts';
import { run, type Command } from './process.ts';
import type { TimedRow } from './rows.ts';
import { remove } from './workplace.ts';
import { BesidePeers } from '../lib/beside-peers.ts';

const FILE_BYTES = 512;
const FOLDERS = 100;

/** One group of rows. */
export interface Section {
  /** Only on request. */
  readonly huge?: boolean;
  readonly measure: (world: World) => Promise<void>;
  /** Rows of what was timed; those of works that did not come to an end are left out. */
  readonly rows?: (world: World) => readonly TimedRow[];
}

type PeerName = 'dvc' | 'restic' | 'oxen';

/** What the sections share: the trees (made when first asked for), the peers, the times, the rows. */
export class World extends BesidePeers<PeerName> {
  readonly options: Options;
  readonly peers: Peers;
  readonly shape: TreeShape;
  readonly #launcher: string;
  readonly #made = new Map<string, Promise<string>>();

  constructor(options: Options, base: string, peers: Peers, mlo: string) {
    const { rounds, peerRounds } = options;
    const { dvc, restic, oxen } = peers;
    super(base, rounds, {
      ...(dvc === undefined ? {} : { dvc: { program: dvc, lastRound: peerRounds } }),
      ...(restic === undefined ? {} : { restic: { program: restic, lastRound: rounds } }),
      ...(oxen === undefined ? {} : { oxen: { program: oxen, lastRound: Math.min(1, peerRounds) } }),
    });
    this.options = options;
    this.peers = peers;
    this.shape = { files: options.files, folders: FOLDERS, bytes: FILE_BYTES };
    this.#launcher = mlo;
  }

  /** `100k files`. */
  get size(): string {
    return `${this.options.files / 1000}k files`;
  }

  mlo(cwd: string, args: readonly string[], env?: NodeJS.ProcessEnv): Command {
    return { argv: [process.execPath, this.#launcher, ...args], cwd, ...(env === undefined ? {} : { env }) };
  }

  /** Whether this mlo knows the verb; notes it where it does not. */
  hasVerb(verb: string): boolean {
    const { status, stdout } = spawnSync(process.execPath, [this.#launcher, 'help', verb], { encoding: 'utf8' });
    if (status === 0 && stdout.includes(`Usage: mlo ${verb}`)) return true;
    this.notes.push(`\`mlo ${verb}\` does not exist in this mlo: its row is left out`);
    return false;
  }

  /** A project of mlo with the folder `data`, not added. */
  async project(): Promise<string> {
    return await this.#treeAt('mlo');
  }

  /** The same with `data` added. */
  async added(): Promise<string> {
    const project = await this.project();
    return await this.#once('mlo added', async () => {
      this.forget(project);
      await run(this.mlo(project, ['add', 'data']));
      return project;
    });
  }

  /** A section left the folder added: the next one need not do it again. */
  nowAdded(name: 'mlo' | 'dvc', folder: string): void {
    this.#made.set(`${name} added`, Promise.resolve(folder));
  }

  /** Nothing of mlo in it any more but an empty `.mlo`. */
  forget(project: string): void {
    this.#made.delete('mlo added');
    remove(
      ...['.mlo', '.git', 'data.mlo', 'big.bin.mlo', '.gitignore', 'pipeline.lock', 'pipeline.yaml'].map((name) => join(project, name)),
    );
    mkdirSync(join(project, '.mlo'), { recursive: true });
  }

  /** Whoever changes the project for good says so; the next one starts from a fresh tree. */
  async discard(): Promise<void> {
    for (const name of ['mlo', 'dvc', 'oxen']) {
      if (this.#made.has(name)) remove((await this.#made.get(name)) ?? '');
      for (const each of [name, `${name} added`]) this.#made.delete(each);
    }
    if (this.#made.delete('git')) remove(join(this.base, 'git'));
  }

  async dvcTree(): Promise<string> {
    return await this.#treeAt('dvc');
  }

  async dvcAdded(dvc: string): Promise<string> {
    const folder = await this.dvcTree();
    return await this.#once('dvc added', async () => {
      await initDvc(dvc, folder, '--no-scm');
      await run(dvcCommand(dvc, folder, 'add', '-q', 'data'));
      return folder;
    });
  }

  /** The folder of a Git repository whose work tree is `data` of mlo's project, all of it in the index. */
  async gitIndex(): Promise<string> {
    const tree = join(await this.project(), 'data');
    return await this.#once('git', async () => {
      const gitDir = join(this.base, 'git');
      await run({ argv: ['git', 'init', '-q', '--bare', gitDir] });
      await this.timings.time('git add', 1, gitCommand(gitDir, tree, '-c', 'core.bare=false', 'add', '-A'));
      await run({ argv: ['git', 'config', '-f', join(gitDir, 'config'), 'core.bare', 'false'] });
      await run(gitCommand(gitDir, tree, 'status', '--porcelain'));
      return gitDir;
    });
  }

  async oxenAdded(python: string): Promise<string> {
    const folder = await this.#treeAt('oxen');
    return await this.#once('oxen added', async () => {
      await run(oxenCommand(python, folder, 'repo.init()'));
      await this.timings.time('Oxen add', 1, oxenCommand(python, folder, "repo.add('data')"));
      await run(oxenCommand(python, folder, "repo.commit('data')"));
      return folder;
    });
  }

  async #treeAt(name: string): Promise<string> {
    return await this.#once(name, async () => {
      const folder = join(this.base, name);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(join(folder, '.mlo'), { recursive: true });
      if (name !== 'mlo') rmSync(join(folder, '.mlo'), { recursive: true });
      process.stderr.write(`  writing ${this.size} for ${name}\n`);
      await writeTree(join(folder, 'data'), this.shape);
      return folder;
    });
  }

  async #once(name: string, make: () => Promise<string>): Promise<string> {
    const made = this.#made.get(name) ?? make();
    this.#made.set(name, made);
    return await made;
  }
}
