import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAll, run, type Command } from '../data/process.ts';
import { timedRow, type Row, type TimedRow } from '../data/rows.ts';
import { Timings } from '../data/timings.ts';
import { remove } from '../data/workplace.ts';
import type { Options } from './options.ts';
import type { PeerName, Peers } from './peers.ts';
import type { Server } from './server.ts';

/** One group of rows. */
export interface Section {
  readonly measure: (world: World) => Promise<void>;
  readonly rows: (world: World) => readonly (Row | TimedRow)[];
}

/** What a command of mlo did, as its `--json` tells it. */
export interface Told {
  readonly requests: number;
  readonly bytesSent: number;
}

/** What the sections share: the server, the peers, the times, the rows. */
export class World {
  readonly options: Options;
  readonly base: string;
  readonly server: Server;
  readonly timings: Timings;
  readonly rows: Row[] = [];
  readonly notes: string[] = [];
  /** Of the last round, by the names of the timings. */
  readonly told = new Map<string, Told>();
  readonly #peers: Peers;
  readonly #launcher: string;
  readonly #failed = new Set<PeerName>();

  constructor(options: Options, base: string, server: Server, peers: Peers, launcher: string) {
    this.options = options;
    this.base = base;
    this.timings = new Timings(base, (line) => process.stderr.write(`${line}\n`));
    this.server = server;
    this.#peers = peers;
    this.#launcher = launcher;
  }

  get rounds(): readonly number[] {
    return Array.from({ length: this.options.rounds }, (_, index) => index + 1);
  }

  /** Where the peer is there and takes part in this round. One that fails is left out from then on, and costs no row of mlo. */
  async withPeer(name: PeerName, round: number, work: (program: string) => Promise<void>): Promise<void> {
    const program = this.#peers.programs[name];
    if (program === undefined || this.#failed.has(name) || (name === 'dvc' && round > this.options.peerRounds)) return;
    try {
      await work(program);
    } catch (error) {
      this.#failed.add(name);
      this.fails(name, error);
    }
  }

  fails(what: string, error: unknown): void {
    const message = (error as Error).message.trim();
    this.notes.push(`${what} failed: ${message.replaceAll('\n', ' ')}`);
    process.stderr.write(`  ${what} failed: ${message}\n`);
  }

  add(row: Row | TimedRow): void {
    const made = 'of' in row ? timedRow(this.timings, row) : row;
    if (made !== undefined) this.rows.push(made);
  }

  mlo(cwd: string, ...args: readonly string[]): Command {
    return { argv: [process.execPath, this.#launcher, ...args], cwd, env: this.server.env };
  }

  /** Times `mlo <args> --json`, and keeps what it tells. */
  async timeMlo(name: string, round: number, cwd: string, ...args: readonly string[]): Promise<void> {
    await this.timings.calmDisk();
    await readAll(cwd);
    const { argv, env } = this.mlo(cwd, ...args, '--json');
    const started = performance.now();
    const child = spawn(argv[0] ?? '', argv.slice(1), { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => void (text += piece));
    const [code] = (await once(child, 'close')) as [number | null];
    this.timings.keep(name, round, performance.now() - started);
    if (code !== 0) throw new Error(`mlo ${args.join(' ')} ended with ${code}: ${text.slice(-2000)}`);
    this.told.set(name, (JSON.parse(text) as { data: Told }).data);
  }

  /** An empty project under Git, in a folder of its own. */
  async project(name: string): Promise<string> {
    const folder = join(this.base, name, 'project');
    mkdirSync(join(folder, '.mlo'), { recursive: true });
    await run({ argv: ['git', 'init', '-q'], cwd: folder });
    return folder;
  }

  /** The project's default remote is the bucket from now on, and nothing is known of it. */
  pointAt(project: string, bucket: string, endpoint = this.server.endpoint): void {
    const settings = `remote: bench\nremotes:\n  bench:\n    url: s3://${bucket}/mlo\n    endpoint: ${endpoint}\n`;
    writeFileSync(join(project, '.mlo', 'config.yaml'), settings);
    remove(join(project, '.mlo', 'state', 'remotes'));
  }

  /** A clone of what Git has of it, with an empty cache; the one before is removed. */
  async clone(project: string): Promise<string> {
    const copy = join(project, '..', 'clone');
    remove(copy);
    await run({ argv: ['git', 'add', '-A'], cwd: project });
    const commit = ['git', '-c', 'user.name=bench', '-c', 'user.email=bench@example.org', 'commit', '-q', '--allow-empty', '-m', 'bench'];
    await run({ argv: commit, cwd: project });
    await run({ argv: ['git', 'clone', '-q', project, copy] });
    return copy;
  }
}
