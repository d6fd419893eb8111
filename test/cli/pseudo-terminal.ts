import { createRequire } from 'node:module';
import type { Terminal as ScreenTerminal } from '@xterm/headless';
import { spawn } from '@lydell/node-pty';
import { LAUNCHER, type TestProject } from '../helpers/index.ts';

/** The package is CommonJS without named exports for ESM. */
const { Terminal } = createRequire(import.meta.url)('@xterm/headless') as { Terminal: typeof ScreenTerminal };

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: { readonly [name: string]: string };
  /** Then it is killed. */
  readonly limitMs?: number;
}

/** mlo in a real pseudo-terminal, and what a person would see there. */
export interface TerminalRun {
  /** All lines of the screen and above it, without trailing blanks. */
  screen(): Promise<string[]>;
  /** Every byte that was written. */
  readonly raw: () => string;
  /** Resolves once the screen shows the text. */
  waitFor(text: string | RegExp): Promise<string[]>;
  type(keys: string): void;
  readonly ended: Promise<{ readonly code: number; readonly signal: number | undefined }>;
  readonly cursorHidden: () => boolean;
}

export const CTRL_C = '\u0003';
const LIMIT_MS = 25_000;

export function mloInTerminal(project: TestProject, args: readonly string[], options: TerminalOptions = {}): TerminalRun {
  return inTerminal(project, process.execPath, [LAUNCHER, ...args], options);
}

/** The same for any program. */
export function inTerminal(project: TestProject, program: string, args: readonly string[], options: TerminalOptions = {}): TerminalRun {
  const { columns = 80, rows = 24, env = {}, limitMs = LIMIT_MS } = options;
  const screen = new Terminal({ cols: columns, rows, scrollback: 5000, allowProposedApi: true });
  const pty = spawn(program, [...args], {
    cols: columns,
    rows,
    cwd: project.root,
    env: { ...project.env, TERM: 'xterm-256color', ...env },
  });
  let raw = '';
  const watchers = new Set<() => void>();
  let written = Promise.resolve();
  pty.onData((data) => {
    raw += data;
    written = new Promise((resolve) => {
      screen.write(data, () => {
        resolve();
        for (const watcher of watchers) watcher();
      });
    });
  });
  const limit = setTimeout(() => pty.kill('SIGKILL'), limitMs);
  const ended = new Promise<{ code: number; signal: number | undefined }>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      clearTimeout(limit);
      resolve({ code: exitCode, signal });
    });
  });
  const linesNow = (): string[] => {
    const { buffer } = screen;
    const lines = Array.from({ length: buffer.active.length }, (_, row) => buffer.active.getLine(row)?.translateToString(true) ?? '');
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  };
  return {
    screen: async () => {
      await written;
      return linesNow();
    },
    raw: () => raw,
    type: (keys) => pty.write(keys),
    ended,
    cursorHidden: () => raw.lastIndexOf('\u001b[?25l') > raw.lastIndexOf('\u001b[?25h'),
    waitFor: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const all = linesNow().join('\n');
          if (typeof text === 'string' ? !all.includes(text) : !text.test(all)) return;
          watchers.delete(check);
          resolve(linesNow());
        };
        watchers.add(check);
        check();
        void ended
          .then(() => written)
          .then(() => reject(new Error(`the command ended without ${String(text)}:\n${linesNow().join('\n')}`)));
      }),
  };
}
