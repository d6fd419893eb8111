import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';
import type { ModuleResult } from '../types.ts';
import { isQuiet, quietly } from './quiet.ts';
import { watchGlobs } from './watch-globs.ts';

type Undeclared = ModuleResult['undeclared'][number];

export interface ReadWatch {
  /** Everything seen so far that is not declared, in order of path. `isCode`: own files that were loaded as modules. */
  undeclared(isCode: (path: string) => boolean): readonly Undeclared[];
}

export interface WatchOptions {
  /** Absolute, as mlo was told it. Paths outside are not reported, nor are `node_modules`. */
  readonly root: string;
  /** The same without symlinks, as modules see it. */
  readonly realRoot: string;
  /** Absolute paths of files and folders that the stage may read. */
  readonly declared: readonly string[];
}

/** Functions of `fs` and `fs.promises` that read the file or folder of their first argument. */
const READ = ['readFile', 'createReadStream', 'opendir', 'readdir', 'openAsBlob', 'readlink'];
const WRITE = ['writeFile', 'appendFile', 'createWriteStream', 'mkdtemp'];
/** First argument read, second written. */
const COPY = ['copyFile', 'cp', 'link', 'rename'];
const SPAWN = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const;

type Call = (...args: unknown[]) => unknown;
type Functions = { [name: string]: unknown };

/**
 * From here on this thread notes which files the stage reads through `fs`, and the threads and processes
 * that it starts (whose reads cannot be seen). A file that the stage has written itself is no input.
 */
export function watchReads({ root, realRoot, declared }: WatchOptions): ReadWatch {
  const found = new Map<string, Undeclared>();
  const written = new Set<string>();
  const moved = new Set<string>();
  const isDeclared = (path: string): boolean => declared.some((folder) => isWithin(folder, path));

  function add(what: Undeclared['what'], path: string): void {
    found.set(`${what} ${path}`, { what, path });
  }

  function pathOf(target: unknown): string | undefined {
    const path = toPath(target);
    return path !== undefined && isWithin(realRoot, path) ? resolve(root, relative(realRoot, path)) : path;
  }

  function noteRead(target: unknown): void {
    const path = pathOf(target);
    if (path === undefined || isQuiet() || path === root || !isWithin(root, path)) return;
    const projectPath = toProjectPath(root, path);
    if (/(^|\/)node_modules(\/|$)/.test(projectPath) || found.has(`read ${projectPath}`)) return;
    if (isWritten(path) || isDeclared(path) || isLoader()) return;
    add('read', projectPath);
  }

  /** A folder that was moved to its place has nothing in it but what was moved with it. */
  function isWritten(path: string): boolean {
    return written.has(path) || isMoved(path);
  }

  function isMoved(path: string): boolean {
    return moved.has(path) || (path !== root && isMoved(dirname(path)));
  }

  function noteWritten(target: unknown): void {
    const path = pathOf(target);
    if (path !== undefined) written.add(path);
  }

  function noteMoved(target: unknown): void {
    const path = pathOf(target);
    if (path !== undefined) moved.add(path);
  }

  function noteOpen(target: unknown, flags: unknown): void {
    const truncates = typeof flags === 'string' ? /^[wx]/.test(flags) : typeof flags === 'number' && (flags & fs.constants.O_TRUNC) !== 0;
    if (truncates) noteWritten(target);
    else if (!(typeof flags === 'string' && flags.startsWith('a'))) noteRead(target);
  }

  for (const functions of [fs as unknown as Functions, fs.promises as unknown as Functions]) {
    for (const name of READ) for (const variant of [name, `${name}Sync`]) before(functions, variant, noteRead);
    for (const name of WRITE) for (const variant of [name, `${name}Sync`]) before(functions, variant, noteWritten);
    for (const name of COPY) {
      for (const variant of [name, `${name}Sync`]) {
        before(functions, variant, (from, to) => {
          noteRead(from);
          noteWritten(to);
          if (name === 'rename') noteMoved(to);
        });
      }
    }
    for (const variant of ['open', 'openSync']) before(functions, variant, noteOpen);
  }
  for (const name of SPAWN) {
    before(childProcess as unknown as Functions, name, (command) => {
      if (!isQuiet() && !isNodeItself()) add('child-process', String(command));
    });
  }
  // The root itself is never reported, so what is picked out of it has to be; deeper down its folder is.
  watchGlobs((path) => {
    if (dirname(pathOf(path) ?? '') === root && isFile(path)) noteRead(path);
  });
  watchWorkers((file, options) => add('worker', options?.eval === true ? '(source text)' : nameOf(root, pathOf(file) ?? String(file))));
  syncBuiltinESMExports();

  return {
    undeclared: (isCode) =>
      [...found.values()]
        .filter(({ what, path }) => what !== 'read' || !isCode(resolve(realRoot, path)))
        .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
  };
}

function before(functions: Functions, name: string, note: Call): void {
  const original = functions[name] as (Call & { [promisify.custom]?: Call }) | undefined;
  if (original === undefined) return;
  const properties = Object.getOwnPropertyDescriptors(original);
  // The promise form of `exec` is a function of its own.
  const promised = original[promisify.custom];
  if (promised !== undefined) properties[promisify.custom] = { value: watchedCall(promised, note) };
  functions[name] = Object.defineProperties(watchedCall(original, note), properties);
}

function watchedCall(original: Call, note: Call): Call {
  return function (this: unknown, ...args: unknown[]): unknown {
    note(...args);
    return Reflect.apply(original, this, args);
  };
}

function watchWorkers(note: (file: unknown, options: WorkerOptions | undefined) => void): void {
  const { Worker } = workerThreads;
  workerThreads.Worker = class extends Worker {
    constructor(file: string | URL, options?: WorkerOptions) {
      note(file, options);
      super(file, options);
    }
  };
}

function toPath(target: unknown): string | undefined {
  if (target instanceof URL) return target.protocol === 'file:' ? fileURLToPath(target) : undefined;
  if (typeof target === 'string') return resolve(target);
  return Buffer.isBuffer(target) ? resolve(target.toString()) : undefined;
}

function nameOf(root: string, path: string): string {
  return isWithin(root, path) ? toProjectPath(root, path) : path;
}

function toProjectPath(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** Whether Node's module loader is what reads; it also does so outside of the hooks. */
function isLoader(): boolean {
  return caller().includes('node:internal/modules/');
}

function isFile(path: string): boolean {
  return quietly(() => fs.statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

/** `exec` goes through `execFile` and so on: the first call has been noted. */
function isNodeItself(): boolean {
  return caller().includes('node:child_process');
}

/** The frame that called the watched function. */
function caller(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const lines = (new Error('where').stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = limit;
  return lines.find((line) => !line.includes(import.meta.url) && !line.includes('Reflect.apply')) ?? '';
}
