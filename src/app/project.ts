import { MloError } from '../core/errors/mlo-error.ts';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cache } from '../cache/types.ts';
import type { Tracking } from '../tracking/types.ts';
import { acquireLock, type HeldLock } from '../fs/project-lock.ts';
import { asIoError } from '../fs/errno.ts';
import { trace } from '../fs/trace.ts';
import { findRoot, sharedRoot } from './find-root.ts';
import { keepOutOfGit } from './keep-out-of-git.ts';
import { loadConfig, type Config } from './load-config.ts';
import { ProjectCache } from './project-cache.ts';
import { recoverSetAside } from './repro-verify/set-aside.ts';
import { withSourceLines } from './source-lines.ts';
import { scanProject, type ProjectScan } from './scan-project.ts';
import type { AppContext } from './types.ts';

/** Folders that are named in warnings, and characters of their paths. */
const MOST_UNREADABLE = 5;
const LONGEST_SHOWN = 120;
/** Bytes; the kernel takes none that are longer. */
const LONGEST_PATH = 4095;

/** One project as a command sees it; adapters are opened on first use. */
export interface Project {
  readonly ctx: AppContext;
  readonly root: string;
  /** In a Git worktree that of the main checkout, whose `.mlo` holds what they share: cache, runs and logs; else `root`. */
  readonly sharedRoot: string;
  /** Of this checkout alone: lock and state. */
  readonly mloDir: string;
  readonly stateDir: string;
  readonly logsDir: string;
  readonly trackingPath: string;
  readonly lockPath: string;
  readonly config: Config;
  /** Pipeline files and pointers, found by one walk. */
  scan(): ProjectScan;
  cache(): Promise<Cache>;
  /** The cache for one who stores what a run logs beside the one writer of the project. Before `cache` is used. */
  sharedCache(): Promise<Cache>;
  /** The right to delete objects: waits until nobody writes into the cache, and keeps others waiting. Before `cache` is used. */
  exclusiveCache(): Promise<HeldLock>;
  tracking(): Promise<Tracking>;
  /** Closes the tracking database without a word where what waits cannot be written: that has been told. */
  abandonTracking(): Promise<void>;
  /** The one writer of the project. */
  lock(): Promise<HeldLock>;
  /** Writes something disposable; a state folder that cannot be written costs speed, nothing else. */
  keepState(write: () => void): void;
  /** Called when the second Ctrl-C ends the process at once; nothing may be awaited. */
  onForced(work: () => void): void;
  /** Closes what was opened; always called. */
  close(): Promise<void>;
}

export async function openProject(ctx: AppContext): Promise<Project> {
  const root = findRoot(ctx.cwd);
  const mloDir = join(root, '.mlo');
  const stateDir = join(mloDir, 'state');
  const configured = await trace('config', () => loadConfig(root, ctx.env));
  const config = ctx.ownCache === true ? { ...configured, cacheDir: join(mloDir, 'cache') } : configured;
  let scan: ProjectScan | undefined;
  const shared = sharedRoot(root);
  const sharedDir = join(shared, '.mlo');
  let tracking: Promise<Tracking> | undefined;

  const project: Project = {
    ctx,
    root,
    sharedRoot: shared,
    mloDir,
    stateDir,
    logsDir: join(sharedDir, 'logs'),
    trackingPath: config.trackingPath,
    lockPath: join(mloDir, 'lock'),
    config,
    scan: () => (scan ??= trace('find pipelines and pointers', () => scanAndWarn(ctx, root))),
    cache: () => cache.open(),
    sharedCache() {
      keepOutOfGit(mloDir);
      cache.willWrite();
      return cache.open();
    },
    exclusiveCache: () => cache.exclusive(),
    tracking: () => (tracking ??= openProjectTracking(project)),
    async abandonTracking() {
      const opened = tracking;
      tracking = undefined;
      try {
        (await opened)?.close();
      } catch (error) {
        if (!(error instanceof MloError)) throw error;
      }
    },
    async lock() {
      keepOutOfGit(mloDir);
      const settings = { command: ctx.command, signal: ctx.signal, ...(ctx.waitMs === undefined ? {} : { waitMs: ctx.waitMs }) };
      const held = await trace('project lock', () => acquireLock(project.lockPath, settings));
      cache.willWrite();
      return held;
    },
    keepState(write) {
      if (ctx.readOnly === true) return;
      try {
        keepOutOfGit(mloDir);
        mkdirSync(stateDir, { recursive: true });
        write();
      } catch (cause) {
        if (typeof (cause as NodeJS.ErrnoException).code !== 'string') throw cause;
      }
    },
    onForced: (work) => ctx.forced?.addEventListener('abort', work, { once: true }),
    async close() {
      const opened = tracking;
      tracking = undefined;
      await endedBy(
        ctx,
        () => cache.close(),
        async () => (await opened)?.close(),
      );
    },
  };
  const cache = new ProjectCache(project);
  return project;
}

/** Runs a use case on the project here and releases everything, whatever happens. */
export async function withProject<T>(ctx: AppContext, work: (project: Project) => Promise<T>): Promise<T> {
  const project = await openProject(ctx);
  try {
    return await endedBy(
      ctx,
      () => work(project),
      () => project.close(),
    );
  } catch (error) {
    const path = (error as NodeJS.ErrnoException | undefined)?.path ?? project.root;
    throw withSourceLines(project.root, asIoError(error, 'work in', path));
  }
}

/** The same, as the one writer of the project. */
export async function withWriter<T>(ctx: AppContext, work: (project: Project) => Promise<T>): Promise<T> {
  return await withProject(ctx, async (project) => {
    const held = await project.lock();
    // Last of all, whatever else is to be done then: the process ends right after the first one asks for that.
    ctx.signal.addEventListener('abort', () => project.onForced(() => held.release()), { once: true });
    const closed = (): Promise<void> =>
      endedBy(
        ctx,
        () => project.close(),
        async () => held.release(),
      );
    return await endedBy(
      ctx,
      async () => {
        recoverSetAside(project);
        return await work(project);
      },
      closed,
    );
  });
}

/** Does `end` whatever comes of `work`. What went wrong first is what the user must see, and once: the second is a warning. */
async function endedBy<T>(ctx: AppContext, work: () => Promise<T>, end: () => Promise<void>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await end().catch((second: unknown) => {
      const { message } = second as Error;
      if (message !== (error as Error).message) ctx.emit({ type: 'warning', message });
    });
    throw error;
  }
  await end();
  return result;
}

function scanAndWarn(ctx: AppContext, root: string): ProjectScan {
  const scan = scanProject(root);
  for (const folder of scan.unreadable.slice(0, MOST_UNREADABLE)) ctx.emit({ type: 'warning', message: unreadable(root, folder) });
  const more = scan.unreadable.length - MOST_UNREADABLE;
  if (more > 0) ctx.emit({ type: 'warning', message: `${more} more folders cannot be read` });
  return scan;
}

function unreadable(root: string, folder: string): string {
  const isDeep = Buffer.byteLength(join(root, folder)) > LONGEST_PATH;
  const name = folder.length > LONGEST_SHOWN ? `${folder.slice(0, LONGEST_SHOWN)}…` : folder;
  const why = isDeep ? `lies deeper than paths of ${LONGEST_PATH} bytes reach` : 'cannot be read';
  return `The folder '${name}' ${why}: pipelines and data in it are not seen (a line in .mloignore leaves it out)`;
}

async function openProjectTracking(project: Project): Promise<Tracking> {
  const { openTracking } = await import('../tracking/open.ts');
  mkdirSync(dirname(project.trackingPath), { recursive: true });
  return openTracking({ path: project.trackingPath });
}
