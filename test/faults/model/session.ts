import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache, LinkType } from '../../../src/cache/types.ts';
import type { Content } from '../../../src/core/content.ts';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { readNames, readTarget } from '../../../src/fs/byte-names.ts';
import { asBytePath, inFolder, toBytePath, toDisplayPath, toSystemPath, type BytePath } from '../../../src/fs/byte-path.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { openIgnore } from '../../../src/fs/ignore.ts';
import { edit, type Edited } from './edits.ts';
import { copyOf, emptyFolder, expectedContent, nodeAt, pathsOf, type IsIgnored, type ModelFolder, type ModelNode } from './model-tree.ts';
import type { Random } from './random.ts';

interface Version {
  readonly content: Content;
  readonly model: ModelFolder;
}

export interface SessionOptions {
  readonly root: string;
  readonly random: Random;
  /** Of which one is chosen whenever the cache is opened. */
  readonly links: readonly (readonly LinkType[])[];
  readonly largest: number;
}

const IGNORES = ['', '', '*.txt\n', 'B\n', 'A\n*.bin\n', '*\n!a\n!b\n', 'data/a\n'];
/** Longer than any tick of the clock that stamps files. */
const TICK_MS = 26;

/** One folder `data`, a cache, and a model of both. Every step says what must hold, and checks it. */
export class Session {
  readonly #options: SessionOptions;
  readonly #random: Random;
  readonly #data: string;
  readonly log: string[] = [];
  readonly #versions: Version[] = [];
  #model: ModelFolder = emptyFolder();
  #ignore = '';
  #isIgnored: IsIgnored = () => false;
  #cache: Cache;
  #isRacing = false;
  checks = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#random = options.random;
    this.#data = join(options.root, 'data');
    mkdirSync(this.#data);
    this.#cache = this.#open();
  }

  async step(): Promise<void> {
    const steps: readonly (readonly [weight: number, name: string, step: () => Promise<void> | void])[] = [
      [30, 'edit', () => this.edit(1 + this.#random.below(3))],
      [22, 'look', () => this.look()],
      [12, 'commit', () => this.commit()],
      [4, 'look at a part', () => this.lookAtPart()],
      [3, 'commit a part', () => this.commitPart()],
      [12, 'wait', () => wait()],
      [9, 'reopen', () => this.reopen()],
      [6, 'check out', () => this.checkout()],
      [2, 'check out beside what is ignored', () => this.checkoutAndKeepIgnored()],
      [3, 'ignore rules', () => this.changeIgnore()],
      [3, 'race a look', () => this.race(() => this.#cache.observe(this.#data))],
      [3, 'race a commit', () => this.race(() => this.#cache.commit(this.#data))],
      [1, 'lose the disposable state', () => this.loseState()],
      [1, 'damage the disposable state', () => this.damageState()],
    ];
    const [, name, work] = this.#random.weighted(steps);
    this.log.push(name);
    await work();
  }

  get root(): string {
    return this.#options.root;
  }

  /** Before the first step: whatever is put into the folder must be put into the model. */
  fill(work: (model: ModelFolder, data: string) => void): void {
    work(this.#model, this.#data);
  }

  edit(count: number): void {
    for (let each = 0; each < count; each += 1) this.log.push(`  ${edit(this.#edited())}`);
  }

  async look(): Promise<void> {
    this.#expectSame(await this.#cache.observe(this.#data), this.#expected());
    if (!this.#random.chance(0.2)) return;
    const everything = await this.#cache.observe(this.#data, { includeIgnored: true });
    this.#expectSame(
      everything,
      expectedContent(this.#model, () => false),
    );
  }

  async commit(): Promise<void> {
    const content = await this.#cache.commit(this.#data);
    this.#expectSame(content, this.#expected());
    expect(this.#cache.has(content)).toBe(true);
    if (this.#ignore === '') this.#versions.push({ content, model: copyOf(this.#model) });
  }

  async lookAtPart(): Promise<void> {
    const path = this.#somePart();
    if (path === undefined) return;
    const content = await this.#cache.observe(this.#systemPath(path));
    this.#expectSame(content, this.#expectedAt(path));
  }

  async commitPart(): Promise<void> {
    const path = this.#somePart();
    if (path !== undefined) this.#expectSame(await this.#cache.commit(this.#systemPath(path)), this.#expectedAt(path));
  }

  async reopen(): Promise<void> {
    await this.#cache.close();
    this.#cache = this.#open();
  }

  /** Without --force what is not in the store stays; with it the workspace is the version. */
  async checkout(): Promise<void> {
    if (this.#versions.length === 0) return;
    await this.#useIgnore('');
    const version = this.#random.pick(this.#versions);
    const force = this.#random.chance(0.5);
    const before = filesOf(this.#model);
    try {
      await this.#cache.checkout(version.content, this.#data, { force });
    } catch (error) {
      if (!(error instanceof MloError) || error.code !== 'MLO_OUT_UNSAVED' || force) throw error;
      this.#expectOnDisk();
      return;
    }
    if (!force) this.#expectStored(before, filesOf(version.model));
    this.#model = copyOf(version.model);
    this.#expectOnDisk();
    await this.look();
  }

  /** What is ignored stays where it is, and so do the folders that it lies in. */
  async checkoutAndKeepIgnored(): Promise<void> {
    if (this.#versions.length === 0 || this.#ignore === '') return;
    const version = this.#random.pick(this.#versions);
    const wanted = this.#kept(version.model, false);
    const ignored = this.#kept(this.#model, true);
    if (!canMerge(wanted, ignored) || !isAllTracked(version.model, this.#isIgnored)) return;
    await this.#cache.checkout(version.content, this.#data, { force: true });
    this.#model = merged(wanted, ignored);
    this.#expectOnDisk();
    await this.look();
  }

  async changeIgnore(): Promise<void> {
    await this.#useIgnore(this.#random.pick(IGNORES));
  }

  /** Edits go on while it is looked; what was found may be any mix, but the next look is right and nothing stored is wrong. */
  async race(work: () => Promise<Content | undefined>): Promise<void> {
    let isPending = true;
    this.#isRacing = true;
    const result = work()
      .then(
        (content) => content,
        (error: unknown) => {
          if (!(error instanceof MloError) || error.code !== 'MLO_SOURCE_CHANGED') throw error;
          return undefined;
        },
      )
      .finally(() => (isPending = false));
    result.catch(() => undefined);
    for (let edits = 0; isPending && edits < 20; edits += 1) {
      if (this.#random.chance(0.5)) this.edit(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const content = await result;
    this.#isRacing = false;
    if (content !== undefined && this.#cache.has(content)) await this.#expectRestorable(content);
    if (this.#random.chance(0.5)) await wait();
    await this.look();
  }

  async loseState(): Promise<void> {
    await this.#cache.close();
    rmSync(join(this.#options.root, 'state'), { recursive: true, force: true });
    this.#cache = this.#open();
    await this.look();
  }

  async damageState(): Promise<void> {
    await this.#cache.close();
    for (const name of namesIn(join(this.#options.root, 'state'))) {
      const file = join(this.#options.root, 'state', name);
      const bytes = readFileSync(file);
      if (bytes.length === 0) continue;
      const at = this.#random.below(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << this.#random.below(8));
      writeFileSync(file, this.#random.chance(0.3) ? bytes.subarray(0, at) : bytes);
    }
    this.#cache = this.#open();
    await this.look();
  }

  /** Everything that was ever committed can be checked out, byte by byte, with nothing but the store. */
  async end(): Promise<void> {
    await this.look();
    await this.#useIgnore('');
    await this.loseState();
    for (const { content, model } of this.#versions) {
      expect(this.#cache.has(content)).toBe(true);
      const at = join(this.#options.root, 'restored');
      await this.#cache.checkout(content, at);
      expectFolder(toBytePath(at), model);
      rmSync(at, { recursive: true });
      this.checks += 1;
    }
    await this.#cache.close();
  }

  #open(): Cache {
    const { root, links } = this.#options;
    const ignore = openIgnore(root);
    this.#isIgnored = (path, isFolder) => ignore.ignores(toDisplayPath(asBytePath(`data/${path}`)), isFolder);
    return openCache({ cacheDir: join(root, 'cache'), stateDir: join(root, 'state'), root, ignore, link: this.#random.pick(links) });
  }

  async #useIgnore(text: string): Promise<void> {
    if (text === this.#ignore) return;
    await this.#cache.close();
    this.#ignore = text;
    writeFileSync(join(this.#options.root, '.mloignore'), text);
    this.#cache = this.#open();
  }

  #edited(): Edited {
    const { links, largest } = this.#options;
    const mayLink = links.some(([first]) => first === 'hardlink');
    return { root: toBytePath(this.#data), model: this.#model, random: this.#random, largest, keepsModes: this.#isRacing && mayLink };
  }

  #expected(): Content {
    return expectedContent(this.#model, this.#isIgnored);
  }

  #expectedAt(path: string): Content {
    return expectedContent(nodeAt(this.#model, path) as ModelNode, this.#isIgnored, path);
  }

  /** Not ignored, and of a name that a path of ours can say. */
  #somePart(): string | undefined {
    const paths = pathsOf(this.#model).filter(
      (path) => isAscii(path) && !this.#isIgnored(path, nodeAt(this.#model, path)?.kind === 'folder'),
    );
    return paths.length === 0 ? undefined : this.#random.pick(paths);
  }

  #systemPath(path: string): string {
    return join(this.#data, path);
  }

  #expectSame(found: Content | undefined, expected: Content): void {
    this.checks += 1;
    expect(found).toEqual(expected);
  }

  #expectOnDisk(): void {
    this.checks += 1;
    expectFolder(toBytePath(this.#data), this.#model);
  }

  /** What was there is there still, or else in the store. */
  #expectStored(before: readonly Buffer[], now: readonly Buffer[]): void {
    const still = new Set(now);
    for (const bytes of before)
      if (!still.has(bytes)) expect(this.#cache.has({ digest: hashBytes(bytes), size: bytes.length, kind: 'file' })).toBe(true);
  }

  async #expectRestorable(content: Content): Promise<void> {
    const at = join(this.#options.root, 'restored');
    await this.#cache.checkout(content, at, { includeIgnored: true });
    expect(await this.#cache.observe(at, { includeIgnored: true })).toEqual(content);
    rmSync(at, { recursive: true });
    this.checks += 1;
  }

  #kept(model: ModelFolder, ignored: boolean, above = ''): ModelFolder {
    const names = new Map<string, ModelNode>();
    for (const [name, node] of model.names) {
      const path = above === '' ? name : `${above}/${name}`;
      if (this.#isIgnored(path, node.kind === 'folder')) {
        if (ignored) names.set(name, copyOf(node));
      } else if (node.kind === 'folder') {
        const below = this.#kept(node, ignored, path);
        if (!ignored || below.names.size > 0) names.set(name, below);
      } else if (!ignored) names.set(name, node);
    }
    return { kind: 'folder', names };
  }
}

function filesOf(folder: ModelFolder): readonly Buffer[] {
  return [...folder.names.values()].flatMap((node) => (node.kind === 'folder' ? filesOf(node) : node.kind === 'file' ? [node.bytes] : []));
}

async function wait(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}

function isAscii(path: string): boolean {
  return /^[\x20-\x7e/]*$/.test(path);
}

function isAllTracked(model: ModelFolder, isIgnored: IsIgnored): boolean {
  return pathsOf(model).every((path) => !isIgnored(path, nodeAt(model, path)?.kind === 'folder'));
}

/** Nothing of the one is a file where the other has a folder. */
function canMerge(a: ModelFolder, b: ModelFolder): boolean {
  return [...b.names].every(([name, node]) => {
    const other = a.names.get(name);
    if (other === undefined) return true;
    return other.kind === 'folder' && node.kind === 'folder' && canMerge(other, node);
  });
}

function merged(a: ModelFolder, b: ModelFolder): ModelFolder {
  const names = new Map<string, ModelNode>(copyOf(a).names);
  for (const [name, node] of b.names) {
    const other = names.get(name);
    names.set(name, other?.kind === 'folder' && node.kind === 'folder' ? merged(other, node) : copyOf(node));
  }
  return { kind: 'folder', names };
}

/** Byte by byte; a symlink of ours to an object counts as the file. */
export function expectFolder(path: BytePath, model: ModelFolder): void {
  const found = readNames(path);
  expect(found.sort()).toEqual([...model.names.keys()].sort());
  for (const [name, node] of model.names) {
    const at = inFolder(path, asBytePath(name));
    const stat = lstatSync(toSystemPath(at));
    if (node.kind === 'folder') expectFolder(at, node);
    else if (node.kind === 'link') expect(readTarget(at)).toBe(node.target);
    else {
      expect(readFileSync(toSystemPath(at)).equals(node.bytes), at).toBe(true);
      if (!stat.isSymbolicLink()) expect((stat.mode & 0o100) !== 0, `${at} executable`).toBe(node.exec);
    }
  }
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
