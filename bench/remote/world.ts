import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Command } from '../data/process.ts';
import type { Row, TimedRow } from '../data/rows.ts';
import { remove } from '../data/workplace.ts';
import { BesidePeers } from '../lib/beside-peers.ts';
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
export class World extends BesidePeers<PeerName> {
  readonly options: Options;
  readonly server: Server;
  /** Of the last round, by the names of the timings. */
  readonly told = new Map<string, Told>();
  readonly #launcher: string;

  constructor(options: Options, base: string, server: Server, { programs }: Peers, mlo: string) {
    const peers = Object.entries(programs).map(([name, program]) => {
      return [name, { program, lastRound: name === 'dvc' ? options.peerRounds : options.rounds }] as const;
    });
    super(base, options.rounds, Object.fromEntries(peers));
    this.options = options;
    this.server = server;
    this.#launcher = mlo;
  }

  mlo(cwd: string, ...args: readonly string[]): Command {
    return { argv: [process.execPath, this.#launcher, ...args], cwd, env: this.server.env };
  }

  /** Times `mlo <args> --json`, and keeps what it tells. */
  async timeMlo(name: string, round: number, cwd: string, ...args: readonly string[]): Promise<void> {
    await this.timings.ready(cwd);
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
