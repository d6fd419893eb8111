import { existsSync, realpathSync } from 'node:fs';
import { basename, relative } from 'node:path';
import type { Cache } from '../../cache/types.ts';
import { redact, secretsOf } from '../../core/text/redact.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import type { ProjectPath } from '../../core/stage.ts';
import type { Tracking } from '../../tracking/types.ts';
import { tryProjectPath } from '../paths.ts';
import { openProject, type Project } from '../project.ts';
import type { AppContext } from '../types.ts';
import { describeCode, type RunCode } from './run-code.ts';

/** How long a script waits for a command that deletes from the cache, milliseconds. */
const WAIT_MS = 10 * 60_000;

/** An open session is kept for the next run so long, milliseconds: opening costs more than a short run. */
const LINGER_MS = 1000;

/** What one look at Git tells is the same for runs that start within so long, milliseconds. */
const SAME_CODE_MS = 1000;

/** What the runs of one project in this process share. */
export interface ScriptSession {
  readonly project: Project;
  readonly tracking: Tracking;
  readonly cache: Cache;
  /** Where the code stands now. */
  code(): RunCode;
  /** Each `openSession` is followed by one `release`: what was stored is durable then. */
  release(): Promise<void>;
}

interface Opened {
  readonly session: Promise<ScriptSession>;
  /** Set once it is open. */
  tracking?: Tracking;
  close: () => Promise<void>;
  holders: number;
  timer?: NodeJS.Timeout | undefined;
}

const sessions = new Map<string, Opened>();

/** `cwd`: absolute; the project is looked for from there. @throws MLO_NOT_A_PROJECT */
export async function openSession(cwd: string): Promise<ScriptSession> {
  const opened = sessions.get(cwd) ?? open(cwd);
  clearTimeout(opened.timer);
  opened.holders += 1;
  return await opened.session;
}

/** Closes what no run holds any more. */
export async function closeIdleSessions(): Promise<void> {
  await Promise.all([...sessions.values()].filter(({ holders }) => holders === 0).map(({ close }) => close()));
}

/** The process ends now: what is queued is written, nothing is waited for. @throws MLO_TRACKING */
export function closeSessionsNow(): void {
  for (const [cwd, { tracking }] of sessions) {
    sessions.delete(cwd);
    tracking?.close();
  }
}

function open(cwd: string): Opened {
  const opened: Opened = { session: openProjectSession(cwd, () => opened), holders: 0, close: async () => {} };
  sessions.set(cwd, opened);
  opened.session.catch(() => forget(cwd, opened));
  return opened;
}

function forget(cwd: string, opened: Opened): void {
  clearTimeout(opened.timer);
  if (sessions.get(cwd) === opened) sessions.delete(cwd);
}

async function openProjectSession(cwd: string, self: () => Opened): Promise<ScriptSession> {
  const project = await openProject(scriptContext(cwd));
  try {
    const cache = await project.sharedCache();
    const tracking = await project.tracking();
    tracking.reconcile();
    const opened = self();
    opened.tracking = tracking;
    opened.close = async () => {
      forget(cwd, opened);
      await project.close();
    };
    let known: { readonly code: RunCode; readonly atMs: number } | undefined;
    return {
      project,
      tracking,
      cache,
      code() {
        if (known === undefined || performance.now() - known.atMs > SAME_CODE_MS)
          known = { code: describeCode(project.root, cache, scriptPaths(project.root)), atMs: performance.now() };
        return known.code;
      },
      async release() {
        opened.holders -= 1;
        if (opened.holders === 0) opened.timer = setTimeout(() => void opened.close(), LINGER_MS).unref();
        await cache.flush();
      },
    };
  } catch (error) {
    await project.close();
    throw error;
  }
}

/** The script itself, where it lies in the project. */
function scriptPaths(root: string): readonly ProjectPath[] {
  const [, script] = process.argv;
  const path =
    script === undefined || !existsSync(script) ? undefined : tryProjectPath(realpathSync(root), process.cwd(), realpathSync(script));
  return path === undefined || path === '.' ? [] : [path];
}

function scriptContext(cwd: string): AppContext {
  return {
    cwd,
    env: process.env,
    emit: () => {},
    signal: new AbortController().signal,
    command: scriptCommand(),
    waitMs: WAIT_MS,
  };
}

let command: string | undefined;

/** The command line of this process, without secrets. */
export function scriptCommand(): string {
  return (command ??= commandOfProcess());
}

function commandOfProcess(): string {
  const [node = 'node', script, ...rest] = process.argv;
  const words = [basename(node), ...(script === undefined ? [] : [relative(process.cwd(), script), ...rest])];
  return redact(words.map(shellWord).join(' '), secretsOf(process.env));
}
