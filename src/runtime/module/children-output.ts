import childProcess from 'node:child_process';
import { constants, mkdtempSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FromStage } from './protocol.ts';
import { quietly } from './quiet.ts';

type Stream = 'stdout' | 'stderr';
type Functions = { [name: string]: (...args: unknown[]) => unknown };

/** Those that may give a child the streams of their own process. */
const WITH_STDIO = ['spawn', 'spawnSync', 'execSync', 'execFileSync', 'fork'];
const STREAMS: readonly (Stream | undefined)[] = [undefined, 'stdout', 'stderr'];
/** As it was before anybody watched what the stage starts. */
const { execFileSync } = childProcess;

/**
 * Descriptors 1 and 2 of a thread are those of mlo: what a child process writes that inherits them would stand in the midst of what mlo
 * prints. From here on it gets FIFOs instead, made when the first child asks, which mlo reads as output of the stage.
 */
export function redirectChildren(post: (message: FromStage) => void): void {
  const descriptors = new Map<Stream, number>();

  function descriptorOf(stream: Stream): number {
    const known = descriptors.get(stream);
    if (known !== undefined) return known;
    const { path, descriptor } = quietly(makeFifo);
    descriptors.set(stream, descriptor);
    post({ type: 'fifo', stream, path });
    return descriptor;
  }

  function redirected(entry: unknown, place: number): unknown {
    const stream = STREAMS[(entry === 'inherit' ? place : entry) as number];
    return stream === undefined ? entry : descriptorOf(stream);
  }

  const functions = childProcess as unknown as Functions;
  for (const name of WITH_STDIO) {
    const original = functions[name] as Functions[string];
    function redirecting(this: unknown, ...args: unknown[]): unknown {
      const stdio = stdioOf(name, args);
      return Reflect.apply(original, this, stdio === undefined ? args : withStdio(args, stdio.map(redirected)));
    }
    functions[name] = Object.defineProperties(redirecting, Object.getOwnPropertyDescriptors(original));
  }
}

/** The thread holds both ends, so that opening waits for nobody; what it has opened is closed when it ends. */
function makeFifo(): { readonly path: string; readonly descriptor: number } {
  const path = join(mkdtempSync(join(tmpdir(), 'mlo-')), 'output');
  execFileSync('mkfifo', ['-m', '600', path], { env: { PATH: `${process.env['PATH'] ?? ''}:/usr/bin:/bin` } });
  return { path, descriptor: openSync(path, constants.O_RDWR) };
}

/** Undefined where the child gets no stream of this process. */
function stdioOf(name: string, args: readonly unknown[]): readonly unknown[] | undefined {
  const { stdio, silent } = (args[optionsAt(args)] ?? {}) as { readonly stdio?: unknown; readonly silent?: boolean };
  if (Array.isArray(stdio)) return stdio;
  const isForked = name === 'fork';
  if (stdio !== 'inherit' && !(isForked && stdio === undefined && silent !== true)) return undefined;
  return ['inherit', 'inherit', 'inherit', ...(isForked ? ['ipc'] : [])];
}

function withStdio(args: readonly unknown[], stdio: readonly unknown[]): unknown[] {
  const at = optionsAt(args);
  if (at < 0) return [args[0], args[1] ?? [], { stdio }];
  return args.with(at, { ...(args[at] as object), stdio });
}

function optionsAt(args: readonly unknown[]): number {
  return args.findIndex((arg, place) => place > 0 && typeof arg === 'object' && arg !== null && !Array.isArray(arg));
}
