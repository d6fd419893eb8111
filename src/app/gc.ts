import { existsSync } from 'node:fs';
import { corruptFiles, deleteCorruptFiles, type CorruptFile } from '../cache/gc/corrupt-files.ts';
import type { Claims, CollectPlan, Unfinished } from '../cache/gc/types.ts';
import type { Digest } from '../core/content.ts';
import type { RunId } from '../core/run.ts';
import { trace } from '../fs/trace.ts';
import { keepsRun, projectClaims, type ProjectClaim, type Scopes } from './gc/claims.ts';
import { deleteLogs, oldLogs } from './gc/old-logs.ts';
import { forgetIgnored, otherProjects, refuseUnknown, type CacheUserReport } from './gc/other-projects.ts';
import { asFarAsDone, whatIsUnfinished } from './gc/unfinished.ts';
import { workspaceCopies } from './gc/workspace-copies.ts';
import { msSince } from './ms-since.ts';
import { lookProgress, taskProgress } from './progress.ts';
import { withProject, withWriter, type Project } from './project.ts';
import type { AppContext } from './types.ts';

export interface GcOptions extends Scopes {
  /** Delete; else it is only said what would be. */
  readonly force: boolean;
  /** Bytes. */
  readonly maxSize?: number;
  /** Roots of projects that share the cache and need nothing any more. */
  readonly ignoreProjects: readonly string[];
  /** As if these runs were not there. */
  readonly withoutRuns?: ReadonlySet<RunId>;
}

export interface GcData extends Omit<CollectPlan, 'kept'> {
  /** False: nothing was deleted. */
  readonly done: boolean;
  /** Each object counts for the first that needs it. */
  readonly kept: readonly { readonly for: string; readonly of?: string; readonly objects: number; readonly bytes: number }[];
  readonly logs: { readonly runs: number; readonly bytes: number };
  /** Set aside as broken, of which `old` is older than the grace period and goes. */
  readonly corrupt: { readonly files: number; readonly bytes: number; readonly old: { readonly files: number; readonly bytes: number } };
  /** Deleted was all that needs no room; this the disk was too full for. `why`: for people. */
  readonly unfinished?: Unfinished & { readonly why: string };
  /** What was asked to be kept besides the workspace. */
  readonly scopes: Scopes;
  /** Other projects that use the cache. */
  readonly projects: readonly CacheUserReport[];
  /** Milliseconds: what is younger stays. */
  readonly graceMs: number;
  readonly durationMs: number;
}

/** Finds what nothing needs any more, and with `force` deletes it while nobody writes into the cache. */
export async function gc(ctx: AppContext, options: GcOptions): Promise<GcData> {
  if (!options.force) return await withProject({ ...ctx, readOnly: true }, (project) => collect(project, options));
  return await withWriter(ctx, async (project) => {
    await project.exclusiveCache();
    return await collect(project, options);
  });
}

async function collect(project: Project, options: GcOptions): Promise<GcData> {
  const startMs = performance.now();
  const nowMs = Date.now();
  const { cacheDir, gc: retention } = project.config;
  const own = await trace('what this project needs', () => projectClaims(project, options, options.withoutRuns));
  const others = await trace('what other projects need', () => otherProjects(project, options.ignoreProjects));
  if (options.force) refuseUnknown(others.users);
  const claims = [...own, ...others.claims];
  const { Collector } = await import('../cache/gc/collector.ts');
  const collector = trace('list the cache', () => new Collector(cacheDir, lookProgress(project.ctx.emit, 'the cache', 'objects')));
  try {
    const limit =
      options.maxSize === undefined ? undefined : { bytes: options.maxSize, elsewhere: await copies(project, own, linked(claims)) };
    const marked = trace('mark', () => collector.mark(claimsOf(claims, nowMs, retention, limit)));
    const plan = collector.plan(marked);
    const corrupt = corruptFiles(cacheDir);
    const old = corrupt.filter(({ sinceMs }) => sinceMs <= nowMs - retention.graceMs);
    const logs = oldLogs(project.logsDir, nowMs - retention.logsMs);
    let unfinished: Unfinished | undefined;
    if (options.force) {
      deleteLogs(logs);
      deleteCorruptFiles(old);
      const onProgress = taskProgress(project.ctx.emit, 'gc', 'cache');
      unfinished = await trace('delete', () => collector.sweep(marked, { onProgress, signal: project.ctx.signal }));
      forgetIgnored(others.users, existsSync);
    }
    const told =
      unfinished === undefined
        ? plan
        : { ...asFarAsDone(plan, unfinished), unfinished: { ...unfinished, why: whatIsUnfinished(cacheDir, unfinished) } };
    return {
      ...told,
      done: options.force,
      kept: plan.kept.map(({ label, objects, bytes }, index) => ({ for: label, ...ofClaim(claims[index]), objects, bytes })),
      logs: { runs: logs.length, bytes: logs.reduce((sum, { bytes }) => sum + bytes, 0) },
      corrupt: { ...sumOf(corrupt), old: sumOf(old) },
      size: { before: told.size.before + sumOf(corrupt).bytes, after: told.size.after + sumOf(corrupt).bytes - sumOf(old).bytes },
      scopes: scopesOf(options),
      projects: others.users,
      graceMs: retention.graceMs,
      durationMs: msSince(startMs),
    };
  } finally {
    collector.close();
  }
}

function sumOf(files: readonly CorruptFile[]): { readonly files: number; readonly bytes: number } {
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function scopesOf({ branches, tags, commits, allCommits, runs }: Scopes): Scopes {
  return { branches, tags, commits, allCommits, runs };
}

function claimsOf(
  claims: readonly ProjectClaim[],
  nowMs: number,
  { graceMs, runCacheMs }: Project['config']['gc'],
  limit: Claims['limit'],
): Claims {
  return {
    claims,
    keepsRun: keepsRun(claims, nowMs - runCacheMs),
    youngSinceMs: nowMs - graceMs,
    ...(limit === undefined ? {} : { limit }),
  };
}

function ofClaim(claim: ProjectClaim | undefined): { readonly of?: string } {
  return claim === undefined ? {} : { of: claim.of };
}

/** Where else the bytes are that the workspace's locks and pointers name. Remotes come beside it. */
async function copies(
  project: Project,
  own: readonly ProjectClaim[],
  links: ReadonlySet<Digest>,
): Promise<NonNullable<Claims['limit']>['elsewhere']> {
  const named = own.find(({ label }) => label === 'workspace')?.contents ?? [];
  return (await workspaceCopies(project, await project.cache(), named)).filter(({ digest }) => !links.has(digest));
}

/** Without them links of some workspace would dangle, also where another file has the bytes. */
function linked(claims: readonly ProjectClaim[]): ReadonlySet<Digest> {
  return new Set(claims.flatMap(({ links }) => links ?? []));
}
