import { own } from '../core/own.ts';
import { foldersAround } from '../core/path/own-paths.ts';
import { existsSync } from 'node:fs';
import type { Cache } from '../cache/types.ts';
import { sameContent, type Content } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { stageFacts } from '../core/plan/facts.ts';
import { declaredChanges, sameValue } from '../core/plan/changes.ts';
import { fromLocked, type FingerprintRecord, type LockEntry } from '../core/lock/types.ts';
import type { ProjectPath, Stage } from '../core/stage.ts';
import type { Value } from '../core/value.ts';
import { shellWord } from '../core/text/shell-word.ts';
import { codeChanged } from '../runtime/module/check-code.ts';
import { updateParts } from './add/update-parts.ts';
import { absolutePath } from './paths.ts';
import { readPointers, splitTargets, warnOfStrays, writePointer, type Pointer, type SplitTargets } from './pointers.ts';
import { preparePlan, type Prepared } from './prepare-plan.ts';
import { byteProgress } from './progress.ts';
import { withWriter, type Project } from './project.ts';
import { ignoreCachedOuts, showUncachedOuts } from './repro/ignore-outs.ts';
import { collectOuts } from './repro/collect-outs.ts';
import type { AppContext, CommitData } from './types.ts';

export interface CommitOptionsOfCommand {
  readonly targets: readonly string[];
  readonly force: boolean;
  readonly file?: string;
}

/** Accepts the workspace as the result: what lies at outs and added data becomes what locks and pointers say. */
export async function commit(ctx: AppContext, options: CommitOptionsOfCommand): Promise<CommitData> {
  return await withWriter(ctx, async (project) => {
    const files = readPointers(project);
    warnOfStrays(project, files.strays);
    const { pointers, parts, others, broken } = splitTargets(project, options.targets, files);
    if (broken[0] !== undefined) throw broken[0].error;
    const stages = options.targets.length > 0 && others.length === 0 ? [] : await commitStages(project, { ...options, targets: others });
    return { committed: [...stages, ...(await commitData(project, pointers, parts))] };
  });
}

async function commitStages(project: Project, options: CommitOptionsOfCommand): Promise<CommitData['committed']> {
  const prepared = await preparePlan(project, {
    targets: options.targets,
    file: options.file,
    singleItem: options.targets.length > 0,
    need: 'nothing',
  });
  const committed = [];
  for (const stage of prepared.stages) committed.push(await commitStage(project, prepared, stage, options.force));
  ignoreCachedOuts(project, prepared.stages);
  showUncachedOuts(project, prepared.stages);
  await prepared.cache.flush();
  prepared.locks.write();
  return committed;
}

async function commitStage(project: Project, prepared: Prepared, stage: Stage, force: boolean): Promise<CommitData['committed'][number]> {
  // A frozen stage is committed like any other: its outs are taken as they are. Of URLs nothing was asked for it yet.
  if (stage.frozen) await prepared.workspace.observe([{ ...stage, frozen: false }]);
  const { declared, pending } = stageFacts({ ...stage, frozen: false }, prepared.graph, new Map(), prepared.request.observation);
  if (declared === undefined) {
    throw new MloError('MLO_DEP_MISSING', `Stage '${stage.address}': dep '${pending[0]?.path ?? '?'}' does not exist`, {
      hint: 'Bring it back, or: mlo repro',
    });
  }
  const locked = prepared.locks.entries.get(stage.address);
  const found = foundModules(project, stage, locked);
  if (!force) await agree(project, stage, declared, locked);
  refuseMissingOuts(project, stage);
  const lacked = lacksOuts(prepared.cache, stage, locked);
  const outs = await collectOuts(project, prepared.cache, prepared.workspace, stage, true);
  const entry: LockEntry = { ...declared, ...found, outs };
  prepared.locks.set(stage, entry);
  const changed = !sameValue(locked as Value | undefined, entry as unknown as Value);
  return { name: stage.address, changed, ...(lacked && !changed ? { stored: true } : {}) };
}

/** After `repro --no-commit` the lock is right, and the cache has nothing of it. */
function lacksOuts(cache: Cache, stage: Stage, locked: LockEntry | undefined): boolean {
  const contents = stage.outs.flatMap((out) => (out.cache ? (own(locked?.outs, out.path) ?? []) : []));
  return contents.some((content) => !cache.has(fromLocked(content)));
}

function refuseMissingOuts(project: Project, stage: Stage): void {
  const missing = stage.outs.find((out) => !existsSync(absolutePath(project.root, out.path)));
  if (missing === undefined) return;
  throw new MloError('MLO_TARGET', `Stage '${stage.address}': out '${missing.path}' does not exist, so there is nothing to commit`, {
    hint: `Bring it back: mlo checkout ${shellWord(stage.address)}, or make it: mlo repro ${shellWord(stage.address)}`,
  });
}

/** Committing over changed inputs claims that the outs were made from them. */
async function agree(project: Project, stage: Stage, declared: FingerprintRecord, locked: LockEntry | undefined): Promise<void> {
  const changes = locked === undefined ? [] : declaredChanges(locked, declared);
  if (changes.length === 0) return;
  const names = changes.map((change) => change.path ?? change.key ?? change.kind).join(', ');
  const question = `Inputs of stage '${stage.address}' have changed since it ran (${names})`;
  const agreed = await project.ctx.confirm?.(`${question}. Commit its outs as made from them?`);
  if (agreed === true) return;
  throw new MloError('MLO_USAGE', `${question}; nothing was committed`, {
    hint: 'Run it (mlo repro), or take the outs as they are: mlo commit --force',
  });
}

/** Which modules a stage loads is only found by running it: an edit may import others. */
function foundModules(project: Project, stage: Stage, locked: LockEntry | undefined): Pick<FingerprintRecord, 'code' | 'packages'> {
  if (stage.action.kind === 'cmd') return {};
  const { code, packages } = locked ?? {};
  if (code === undefined) {
    throw new MloError('MLO_TARGET', `Stage '${stage.address}' has never run, so the modules it loads are not known`, {
      hint: `Run it once: mlo repro ${shellWord(stage.address)}`,
    });
  }
  const changes = codeChanged(project.root, code, packages ?? {});
  if (changes.length > 0) {
    const names = changes.map((change) => change.path ?? change.key).join(', ');
    throw new MloError('MLO_MODULE', `The code of stage '${stage.address}' has changed since it ran (${names}); nothing was committed`, {
      hint: `Which modules it loads now is only found by running it: mlo repro ${shellWord(stage.address)}`,
    });
  }
  return { code, ...(packages === undefined ? {} : { packages }) };
}

/** `isNew`: to the cache. */
type Stored = readonly { readonly pointer: Pointer; readonly content: Content; readonly isNew: boolean }[];

async function commitData(project: Project, pointers: readonly Pointer[], parts: SplitTargets['parts']): Promise<CommitData['committed']> {
  const cache = await project.cache();
  const stored = [...(await storeWhole(project, cache, pointers)), ...(await storeParts(project, cache, pointers, parts))];
  await cache.flush();
  const changed = stored.filter(({ pointer, content }) => !sameContent(content, pointer.content));
  for (const { pointer, content } of changed) writePointer(project.root, pointer.path, content);
  return stored.map((each) => {
    const isChanged = changed.includes(each);
    return { name: each.pointer.path, changed: isChanged, ...(each.isNew && !isChanged ? { stored: true } : {}) };
  });
}

/** Data that is not in the workspace is left as its pointer says. */
async function storeWhole(project: Project, cache: Cache, pointers: readonly Pointer[]): Promise<Stored> {
  const { emit, signal } = project.ctx;
  const stored: Stored[number][] = [];
  for (const pointer of pointers) {
    const path = absolutePath(project.root, pointer.path);
    const options = { signal, onProgress: byteProgress(emit, 'commit', pointer.path) };
    const now = await cache.observe(path, options);
    const isNew = now !== undefined && !cache.has(now);
    if (now === undefined) continue;
    const isUnchanged = sameContent(now, pointer.content) && !isNew;
    stored.push({ pointer, content: isUnchanged ? pointer.content : await cache.commit(path, options), isNew });
  }
  return stored;
}

/** Paths in added folders: what lies there now, or that nothing does. */
async function storeParts(project: Project, cache: Cache, whole: readonly Pointer[], parts: SplitTargets['parts']): Promise<Stored> {
  const { emit, signal } = project.ctx;
  const paths = new Set(parts.map(({ path }) => path));
  const byPointer = Map.groupBy(
    parts.filter(({ pointer, path }) => !whole.includes(pointer) && !foldersAround(path).some((folder) => paths.has(folder))),
    ({ pointer }) => pointer,
  );
  const stored: Stored[number][] = [];
  for (const [pointer, inside] of byPointer) {
    const contents = new Map<ProjectPath, Content | undefined>();
    for (const { path } of inside) {
      const absolute = absolutePath(project.root, path);
      const options = { signal, onProgress: byteProgress(emit, 'commit', path) };
      contents.set(path, existsSync(absolute) ? await cache.commit(absolute, options) : await cache.observe(absolute, options));
    }
    stored.push({ pointer, content: updateParts(cache, pointer, contents, true).content, isNew: false });
  }
  return stored;
}
