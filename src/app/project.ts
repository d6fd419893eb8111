import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cache } from '../cache/types.ts';
import type { Tracking } from '../tracking/types.ts';
import { acquireLock, type HeldLock } from '../fs/project-lock.ts';
import { openIgnore } from '../fs/ignore.ts';
import { asIoError } from '../fs/errno.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import { findRoot } from './find-root.ts';
import { loadConfig, type Config } from './load-config.ts';
import { withSourceLines } from './source-lines.ts';
import { scanProject, type ProjectScan } from './scan-project.ts';
import type { AppContext } from './types.ts';

/** What is ignored of `.mlo`: everything but the committed configuration. */
export const MLO_GITIGNORE = '/*\n!/.gitignore\n!/config.yaml\n';

/** One project as a command sees it; adapters are opened on first use. */
export interface Project {
  readonly ctx: AppContext;
  readonly root: string;
  readonly mloDir: string;
  readonly stateDir: string;
  readonly logsDir: string;
  readonly trackingPath: string;
  readonly lockPath: string;
  readonly config: Config;
  /** Pipeline files and pointers, found by one walk. */
  scan(): ProjectScan;
  cache(): Promise<Cache>;
  tracking(): Promise<Tracking>;
  /** The one writer of the project. */
  lock(): Promise<HeldLock>;
  /** Writes something disposable; a state folder that cannot be written costs speed, nothing else. */
  keepState(write: () => void): void;
  /** Closes what was opened; always called. */
  close(): Promise<void>;
}

export async function openProject(ctx: AppContext): Promise<Project> {
  const root = findRoot(ctx.cwd);
  const mloDir = join(root, '.mlo');
  const stateDir = join(mloDir, 'state');
  const config = await loadConfig(root, ctx.env);
  let scan: ProjectScan | undefined;
  let cache: Promise<Cache> | undefined;
  let tracking: Promise<Tracking> | undefined;

  const project: Project = {
    ctx,
    root,
    mloDir,
    stateDir,
    logsDir: join(mloDir, 'logs'),
    trackingPath: join(mloDir, 'tracking.db'),
    lockPath: join(mloDir, 'lock'),
    config,
    scan: () => (scan ??= scanAndWarn(ctx, root)),
    cache: () => (cache ??= openProjectCache(project)),
    tracking: () => (tracking ??= openProjectTracking(project)),
    async lock() {
      prepareMloDir(mloDir);
      return await acquireLock(project.lockPath, {
        command: ctx.command,
        signal: ctx.signal,
        ...(ctx.waitMs === undefined ? {} : { waitMs: ctx.waitMs }),
      });
    },
    keepState(write) {
      try {
        prepareMloDir(mloDir);
        mkdirSync(stateDir, { recursive: true });
        write();
      } catch (cause) {
        if (typeof (cause as NodeJS.ErrnoException).code !== 'string') throw cause;
      }
    },
    async close() {
      const opened = { cache, tracking };
      cache = undefined;
      tracking = undefined;
      await (await opened.cache)?.close();
      (await opened.tracking)?.close();
    },
  };
  return project;
}

/** Runs a use case on the project here and releases everything, whatever happens. */
export async function withProject<T>(ctx: AppContext, work: (project: Project) => Promise<T>): Promise<T> {
  const project = await openProject(ctx);
  let result: T;
  try {
    result = await work(project);
  } catch (error) {
    // What went wrong first is what the user must see.
    await project.close().catch((second: unknown) => ctx.emit({ type: 'warning', message: (second as Error).message }));
    throw withSourceLines(project.root, asIoError(error, 'work in', project.root));
  }
  await project.close();
  return result;
}

/** The same, as the one writer of the project. */
export async function withWriter<T>(ctx: AppContext, work: (project: Project) => Promise<T>): Promise<T> {
  return await withProject(ctx, async (project) => {
    const held = await project.lock();
    try {
      return await work(project);
    } finally {
      try {
        await project.close();
      } finally {
        held.release();
      }
    }
  });
}

function scanAndWarn(ctx: AppContext, root: string): ProjectScan {
  const scan = scanProject(root);
  for (const folder of scan.unreadable)
    ctx.emit({ type: 'warning', message: `The folder '${folder}' cannot be read: pipelines and data in it are not seen` });
  return scan;
}

function prepareMloDir(mloDir: string): void {
  const ignore = join(mloDir, '.gitignore');
  if (existsSync(ignore)) return;
  mkdirSync(mloDir, { recursive: true });
  writeFileAtomic(ignore, MLO_GITIGNORE);
}

async function openProjectCache(project: Project): Promise<Cache> {
  const { openCache } = await import('../cache/open.ts');
  return openCache({
    cacheDir: project.config.cacheDir,
    stateDir: project.stateDir,
    root: project.root,
    link: project.config.link,
    ignore: openIgnore(project.root),
  });
}

async function openProjectTracking(project: Project): Promise<Tracking> {
  const { openTracking } = await import('../tracking/open.ts');
  mkdirSync(project.mloDir, { recursive: true });
  return openTracking({ path: project.trackingPath });
}
