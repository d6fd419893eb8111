import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { runShell } from '../../../src/runtime/shell/run-shell.ts';
import { openSpawner, type Spawner } from '../../../src/runtime/shell/spawner.ts';
import type { ShellResult, ShellSpec } from '../../../src/runtime/types.ts';

export interface StageRig {
  readonly folder: string;
  readonly spawner: Spawner;
  /** All text handed on so far. */
  text: string;
  /** Largest resident memory seen while output arrived, bytes. */
  peakMemory: number;
  run(commands: readonly string[], changes?: Partial<ShellSpec>): Promise<ShellResult>;
  /** Resolves once the text holds `part`. */
  said(part: string): Promise<void>;
  log(): string;
  path(name: string): string;
}

export const ENV = { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: process.env.HOME ?? '/' };

/** A spawner and a temporary folder for each test; both are gone afterwards. */
export function useStageRig(): StageRig {
  let listeners: (() => void)[] = [];
  const rig = {
    text: '',
    peakMemory: 0,
    path: (name: string) => join(rig.folder, name),
    log: () => readFileSync(rig.path('logs/stage.log'), 'utf8'),
    run: (commands: readonly string[], changes: Partial<ShellSpec> = {}) => runShell({ ...spec(rig, commands), ...changes }, rig.spawner),
    said: (part: string) =>
      new Promise<void>((resolve) => {
        const check = (): void => {
          if (rig.text.includes(part)) resolve();
        };
        listeners.push(check);
        check();
      }),
  } as StageRig;

  function spec({ folder }: StageRig, commands: readonly string[]): ShellSpec {
    return {
      root: folder,
      address: 'train',
      wdir: folder,
      runId: '0'.repeat(32),
      env: ENV,
      logPath: join(folder, 'logs/stage.log'),
      signal: new AbortController().signal,
      commands,
      shell: { path: '/bin/sh', args: ['-c'] },
      onOutput: (_, text) => {
        rig.text += text;
        rig.peakMemory = Math.max(rig.peakMemory, process.memoryUsage.rss());
        for (const listener of listeners) listener();
      },
      onRecords: () => {},
    };
  }

  beforeEach(() => {
    listeners = [];
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mlo-test-')));
    Object.assign(rig, { folder, text: '', peakMemory: 0, spawner: openSpawner({ ...ENV, TMPDIR: folder }) });
  });
  afterEach(async () => {
    await rig.spawner.close();
    rmSync(rig.folder, { recursive: true, force: true });
  });
  return rig;
}

/** Whether the process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat[stat.lastIndexOf(')') + 2] !== 'Z';
}
