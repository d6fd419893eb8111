import { relative } from 'node:path';
import type { Damage } from '../cache/verify/damage.ts';
import type { StoreReport } from '../cache/verify/verify-store.ts';
import type { Digest } from '../core/content.ts';
import { trace } from '../fs/trace.ts';
import { lookProgress, taskProgress } from './progress.ts';
import { withProject, withWriter, type Project } from './project.ts';
import { workspaceContents } from './tracked/workspace-contents.ts';
import type { AppContext } from './types.ts';
import { badObjects, missingInHistory, type BadObject } from './verify/bad-objects.ts';
import { refContents } from './verify/history.ts';
import { recordedRuns } from './verify/runs.ts';
import { requiredContents } from './verify/required.ts';
import { remoteCopies } from './verify/remote-copies.ts';
import { restoreObjects, workspaceCopies } from './verify/restore.ts';
import { wrongSizes } from './verify/wrong-sizes.ts';
import { msSince } from './ms-since.ts';

export interface VerifyOptions {
  /** Structure only: bytes of objects are not read. */
  readonly quick: boolean;
  /** Take what is broken out of use and bring it back from another copy. */
  readonly repair: boolean;
  /** What only branches and tags need may be missing. */
  readonly workspaceOnly?: boolean;
}

export interface VerifyData {
  readonly ok: boolean;
  readonly quick: boolean;
  /** What was looked at. */
  readonly looked: {
    readonly objects: number;
    readonly packs: number;
    readonly segments: number;
    readonly loose: number;
    readonly runs: number;
    /** Locks and pointers. */
    readonly files: number;
    /** Bytes read and hashed. */
    readonly bytes: number;
    /** Objects that the workspace's locks and pointers need. */
    readonly needed: number;
    /** Branches and tags. */
    readonly refs: number;
    /** Objects that only branches, tags and recorded runs need. */
    readonly neededByRefs: number;
    /** In the tracking database. */
    readonly recordedRuns: number;
    readonly durationMs: number;
  };
  /** In the cache folder; `file` relative to it. */
  readonly damages: readonly Damage[];
  readonly objects: readonly BadObject[];
  /** Missing, and needed by branches or tags alone: lost, or deleted by a `gc` that was not asked to keep them. */
  readonly history: readonly BadObject[];
  /** Missing, and needed by recorded runs alone: lost, deleted by a `gc` that was told not to keep them, or never in the cache. */
  readonly artifacts: readonly BadObject[];
  /** Locks, pointers and pipeline files that cannot be understood; what is wrong with the tracking database. */
  readonly files: readonly {
    readonly path: string;
    readonly why: string;
    /** What helps where `repair` does not. */
    readonly fix?: string;
  }[];
  /** With `repair`: what was done, and what was brought back; `damages` and `objects` are then what is left. */
  readonly repaired?: {
    readonly files: readonly { readonly file: string; readonly done: string }[];
    readonly restored: readonly BadObject[];
  };
}

/** Looks at everything that mlo keeps, and says what of it is broken or missing, and what that belongs to. */
export async function verify(ctx: AppContext, options: VerifyOptions): Promise<VerifyData> {
  if (!options.repair) return await withProject({ ...ctx, readOnly: true }, async (project) => (await look(project, options)).data);
  return await withWriter(ctx, (project) => repair(project, options));
}

interface Look {
  readonly data: VerifyData;
  readonly report: StoreReport;
}

async function look(project: Project, { quick, workspaceOnly = false }: Omit<VerifyOptions, 'repair'>): Promise<Look> {
  const startMs = performance.now();
  const { cacheDir } = project.config;
  const workspace = workspaceContents(project);
  const required = await requiredContents(project, workspace.contents);
  const refs = refContents(project);
  const recorded = await recordedRuns(project, quick, required.uncached);
  const { verifyStore } = await import('../cache/verify/verify-store.ts');
  const progress = taskProgress(project.ctx.emit, 'verify', 'cache');
  const report = await trace('look at the store', () =>
    verifyStore({
      cacheDir,
      root: project.root,
      quick,
      roots: required.contents.map(({ content }) => content),
      history: workspaceOnly ? [] : [...refs.flatMap(({ contents }) => contents), ...recorded.artifacts].map(({ content }) => content),
      onProgress: progress,
      onObjects: lookProgress(project.ctx.emit, 'the cache', 'objects'),
      signal: project.ctx.signal,
    }),
  );
  const objects = await badObjects(project, report, workspace.contents, refs, recorded);
  const { history, artifacts } = await missingInHistory(project, report, refs, recorded);
  const { sizeReader } = await import('../cache/inventory/real-size.ts');
  const files = [
    ...wrongSizes(required.contents, new Set([...report.broken, ...report.missing]), sizeReader(cacheDir)),
    ...workspace.faults.map(({ file, error }) => ({ path: file, why: error.message })),
    ...recorded.faults,
    ...(required.fault === undefined ? [] : [{ path: 'pipeline', why: required.fault.message }]),
  ];
  const data: VerifyData = {
    ok: report.damages.length + objects.length + history.length + files.length === 0,
    quick,
    looked: {
      objects: report.objects,
      packs: report.packs,
      segments: report.segments,
      loose: report.loose,
      runs: report.runs,
      files: workspace.files,
      bytes: report.bytes,
      needed: report.needed,
      refs: workspaceOnly ? 0 : refs.length,
      neededByRefs: report.neededByHistory,
      recordedRuns: recorded.runs,
      durationMs: msSince(startMs),
    },
    damages: report.damages.map((damage) => ({ ...damage, file: relative(cacheDir, damage.file) })),
    objects,
    history,
    artifacts,
    files,
  };
  return { data, report };
}

/** Nobody else writes into the cache meanwhile. */
async function repair(project: Project, options: VerifyOptions): Promise<VerifyData> {
  const { cacheDir } = project.config;
  await project.exclusiveCache();
  const before = await look(project, options);
  if (before.data.ok) return { ...before.data, repaired: { files: [], restored: [] } };
  const { repairStore } = await import('../cache/verify/repair-store.ts');
  const files = await repairStore(cacheDir, before.report.damages);
  const found = [...before.data.objects, ...before.data.history];
  const bad = new Map(found.map((object) => [object.digest, object]));
  for (const object of await restore(project, found, options)) bad.set(object.digest, object);
  await project.close();
  const after = await look(project, options);
  const goneBefore = new Set(before.data.history.map(({ digest }) => digest));
  const takenOut = [...bad.values()].filter(({ digest }) => !goneBefore.has(digest));
  const objects = [...after.data.objects, ...(await lost(cacheDir, takenOut, after.data.objects))];
  const told = new Set(objects.map(({ digest }) => digest));
  const history = after.data.history.filter(({ digest }) => !told.has(digest));
  const left = new Set([...objects, ...history].map(({ digest }) => digest));
  return {
    ...after.data,
    ok: after.data.ok && objects.length === 0,
    objects,
    history,
    repaired: {
      files: files.map(({ file, done }) => ({ file: relative(cacheDir, file), done })),
      restored: [...bad.values()].filter(({ digest }) => !left.has(digest)),
    },
  };
}

/** A tree that came back says what else is missing: until nothing comes back any more. Returns what was found missing on the way. */
async function restore(project: Project, first: readonly BadObject[], options: VerifyOptions): Promise<readonly BadObject[]> {
  const { presence } = await import('../cache/inventory/presence.ts');
  const met: BadObject[] = [];
  const tried = new Set<string>();
  for (let missing = first; missing.some(({ digest }) => !tried.has(digest));) {
    for (const { digest } of missing) tried.add(digest);
    const cache = await project.cache();
    const wanted = new Map(missing.map(({ digest, uses }) => [digest as Digest, uses]));
    const places = [presence(project.config.cacheDir), workspaceCopies(project, cache), remoteCopies(project, cache)];
    const restored = await restoreObjects(wanted, places);
    await cache.flush();
    if (restored.size === 0) break;
    const { data } = await look(project, { ...options, quick: true });
    missing = [...data.objects, ...data.history];
    for (const object of missing) met.push(object);
  }
  return met;
}

/** What was taken out and did not come back, also where only the history needs it. */
async function lost(cacheDir: string, before: readonly BadObject[], after: readonly BadObject[]): Promise<readonly BadObject[]> {
  const { presence } = await import('../cache/inventory/presence.ts');
  const has = presence(cacheDir);
  const told = new Set(after.map(({ digest }) => digest));
  const gone: BadObject[] = [];
  for (const object of before)
    if (!told.has(object.digest) && object.uses.length > 0 && !(await has(object.digest as Digest)))
      gone.push({ ...object, state: 'missing' });
  return gone;
}
