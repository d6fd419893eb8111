import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { add } from '../../../src/app/add.ts';
import { checkout } from '../../../src/app/checkout.ts';
import { commit } from '../../../src/app/commit.ts';
import { gc } from '../../../src/app/gc.ts';
import { status } from '../../../src/app/status.ts';
import type { AppContext } from '../../../src/app/types.ts';
import { verify } from '../../../src/app/verify.ts';
import type { Content } from '../../../src/core/content.ts';
import { appContext } from '../../helpers/index.ts';
import { edit, type Edited } from './edits.ts';
import { copyOf, emptyFolder, expectedContent, folderAt, nodeAt, pathsOf, put, type ModelFolder, type ModelNode } from './model-tree.ts';
import type { Random } from './random.ts';
import { toBytePath } from '../../../src/fs/byte-path.ts';
import { expectFolder } from './session.ts';

interface Version {
  readonly pointer: string;
  readonly model: ModelFolder;
  /** In Git, so that `gc --all-commits` keeps it. */
  inGit: boolean;
}

const LINKS = ['', 'cache.link: hardlink\n', 'cache.link: symlink\n'];
const SCOPES = { branches: false, tags: false, commits: 0, allCommits: false, runs: true, ignoreProjects: [] } as const;
const EVERYTHING = (): boolean => false;

/** A project with one added folder, and a model of it: the verbs one after the other, each with all that must hold after it. */
export class AppSession {
  readonly root: string;
  readonly log: string[] = [];
  readonly #random: Random;
  readonly #data: string;
  readonly #pointer: string;
  #model: ModelFolder = emptyFolder();
  #versions: Version[] = [];
  /** A gc deleted what a branch may still name. */
  #hasDroppedCommitted = false;
  /** What the pointer names. */
  #current: ModelFolder | undefined;

  constructor(root: string, random: Random) {
    this.root = root;
    this.#random = random;
    this.#data = join(root, 'data');
    this.#pointer = join(root, 'data.mlo');
    mkdirSync(this.#data);
    mkdirSync(join(root, '.mlo'));
    this.#setLink('');
    this.#git('init', '--quiet', '--initial-branch=main');
    writeFileSync(join(this.#data, 'first'), 'first');
    this.#model.names.set('first', { kind: 'file', bytes: Buffer.from('first'), exec: false });
  }

  async step(): Promise<void> {
    const steps: readonly (readonly [weight: number, name: string, step: () => Promise<void> | void])[] = [
      [30, 'edit', () => this.#edit()],
      [14, 'add', () => this.add()],
      [6, 'commit', () => this.commit()],
      [5, 'add a part', () => this.addPart()],
      [10, 'status', () => this.status()],
      [9, 'check out', () => this.checkout()],
      [2, 'delete the folder', () => this.deleteData()],
      [5, 'gc', () => this.gc(false)],
      [4, 'gc --all-commits', () => this.gc(true)],
      [4, 'verify', () => this.verify()],
      [5, 'git commit', () => this.gitCommit()],
      [2, 'cache.link', () => this.#setLink(this.#random.pick(LINKS))],
      [8, 'wait', () => new Promise((resolve) => setTimeout(resolve, 26))],
    ];
    const [, name, work] = this.#random.weighted(steps);
    this.log.push(name);
    await work();
  }

  async add(): Promise<void> {
    const { added } = await add(this.#ctx(), { paths: ['data'], commit: true });
    expect(added[0]).toMatchObject(digestOf(expectedContent(this.#model, EVERYTHING)));
    this.#becomes(copyOf(this.#model));
  }

  async commit(): Promise<void> {
    if (this.#current === undefined) return;
    await commit(this.#ctx(), { targets: [], force: false });
    this.#becomes(copyOf(this.#model));
  }

  /** The rest of the folder stays as the pointer has it, whatever lies in the workspace. */
  async addPart(): Promise<void> {
    const { current, path } = { current: this.#current, path: this.#somePart() };
    if (current === undefined || path === undefined) return;
    await add(this.#ctx(), { paths: [`data/${path}`], commit: true });
    const next = copyOf(current);
    put(next, path, copyOf(nodeAt(this.#model, path) as ModelNode));
    this.#becomes(next);
  }

  async status(): Promise<void> {
    const { upToDate } = await status(this.#ctx(), { targets: [], granular: this.#random.chance(0.5) });
    if (this.#current !== undefined) expect(upToDate).toBe(this.#isSaved());
  }

  /** Of any version that was not deleted; what is not in the cache is never lost without --force. */
  async checkout(): Promise<void> {
    if (this.#versions.length === 0) return;
    const version = this.#random.pick(this.#versions);
    const force = this.#random.chance(0.5);
    writeFileSync(this.#pointer, version.pointer);
    this.#current = version.model;
    const { targets } = await checkout(this.#ctx(), { targets: [], force });
    if (targets[0]?.code === 'MLO_OUT_UNSAVED' && !force) expectFolder(toBytePath(this.#data), this.#model);
    else {
      expect(targets[0]?.error).toBeUndefined();
      this.#model = copyOf(version.model);
      expectFolder(toBytePath(this.#data), this.#model);
    }
  }

  /** Only the store has it then. */
  async deleteData(): Promise<void> {
    if (this.#current === undefined) return;
    rmSync(this.#data, { recursive: true });
    const { targets } = await checkout(this.#ctx(), { targets: [], force: false });
    expect(targets[0]?.error).toBeUndefined();
    this.#model = copyOf(this.#current);
    expectFolder(toBytePath(this.#data), this.#model);
  }

  async gc(allCommits: boolean): Promise<void> {
    await gc(this.#ctx(), { ...SCOPES, allCommits, force: true });
    const current = existsSync(this.#pointer) ? readFileSync(this.#pointer, 'utf8') : undefined;
    const kept = this.#versions.filter(({ pointer, inGit }) => pointer === current || (allCommits && inGit));
    this.#hasDroppedCommitted ||= this.#versions.some((version) => version.inGit && !kept.includes(version));
    this.#versions = kept;
    expectFolder(toBytePath(this.#data), this.#model);
    await this.verify();
  }

  async verify(): Promise<void> {
    const { ok, damages, objects, files, history } = await verify(this.#ctx(), { quick: this.#random.chance(0.3), repair: false });
    expect({ damages, objects, files }).toEqual({ damages: [], objects: [], files: [] });
    expect(ok).toBe(history.length === 0);
    if (!this.#hasDroppedCommitted) expect(history).toEqual([]);
  }

  gitCommit(): void {
    const current = this.#versions.find(({ pointer }) => existsSync(this.#pointer) && pointer === readFileSync(this.#pointer, 'utf8'));
    if (current === undefined || current.inGit) return;
    this.#git('add', 'data.mlo');
    this.#git('commit', '--quiet', '--allow-empty', '--message=version');
    current.inGit = true;
  }

  async end(): Promise<void> {
    await this.verify();
    for (const version of this.#versions) {
      writeFileSync(this.#pointer, version.pointer);
      rmSync(this.#data, { recursive: true, force: true });
      const { targets } = await checkout(this.#ctx(), { targets: [], force: false });
      expect(targets[0]?.error).toBeUndefined();
      expectFolder(toBytePath(this.#data), version.model);
    }
  }

  #becomes(model: ModelFolder): void {
    this.#current = model;
    const pointer = readFileSync(this.#pointer, 'utf8');
    expect(JSON.parse(pointer)).toMatchObject(digestOf(expectedContent(model, EVERYTHING)));
    if (!this.#versions.some((each) => each.pointer === pointer)) this.#versions.push({ pointer, model, inGit: false });
  }

  #isSaved(): boolean {
    return expectedContent(this.#model, EVERYTHING).digest === expectedContent(this.#current as ModelFolder, EVERYTHING).digest;
  }

  /** Of which the folder above is in the pointer's version too. */
  #somePart(): string | undefined {
    const current = this.#current;
    if (current === undefined) return undefined;
    const paths = pathsOf(this.#model).filter((path) => {
      const above = nodeAt(current, path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');
      const isTyped = /^[\w./ ]*$/.test(path) && !path.startsWith('-');
      return isTyped && above?.kind === 'folder' && nodeAt(this.#model, path)?.kind !== 'link';
    });
    return paths.length === 0 ? undefined : this.#random.pick(paths);
  }

  #edit(): void {
    const on: Edited = { root: toBytePath(this.#data), model: this.#model, random: this.#random, largest: 5_000, keepsModes: false };
    for (let each = this.#random.below(4); each >= 0; each -= 1) this.log.push(`  ${edit(on)}`);
    if (this.#random.chance(0.05)) this.#big();
  }

  /** Large enough for a file of its own in the cache. */
  #big(): void {
    const name = this.#random.pick(['big', 'bigger']);
    const there = lstatSync(join(this.#data, name), { throwIfNoEntry: false });
    if (there !== undefined) rmSync(join(this.#data, name), { recursive: true });
    const bytes = this.#random.bytes(70_000);
    writeFileSync(join(this.#data, name), bytes);
    folderAt(this.#model, '').names.set(name, { kind: 'file', bytes, exec: false });
  }

  #setLink(line: string): void {
    writeFileSync(join(this.root, '.mlo', 'config.yaml'), `gc.grace: 0s\n${line}`);
  }

  #git(...args: readonly string[]): void {
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'core.hooksPath=/dev/null'];
    execFileSync('git', [...who, ...args], { cwd: this.root, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  #ctx(): AppContext {
    return appContext(this.root, { HOME: this.root });
  }
}

function digestOf({ digest, size, files }: Content): Pick<Content, 'digest' | 'size' | 'files'> {
  return { digest, size, ...(files === undefined ? {} : { files }) };
}
