import { existsSync } from 'node:fs';
import { sameContent } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { stageFacts } from '../core/plan/facts.ts';
import { declaredChanges, sameValue } from '../core/plan/changes.ts';
import type { FingerprintRecord, LockEntry } from '../core/lock/types.ts';
import type { Stage } from '../core/stage.ts';
import type { Value } from '../core/value.ts';
import { codeChanged } from '../runtime/module/check-code.ts';
import { absolutePath, tryProjectPath } from './paths.ts';
import { listPointers, pointerState, writePointer, type Pointer } from './pointers.ts';
import { preparePlan, type Prepared } from './prepare-plan.ts';
import { withWriter, type Project } from './project.ts';
import { ignoreCachedOuts } from './repro/ignore-outs.ts';
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
    const { pointers, stageTargets } = splitTargets(project, options.targets);
    const stages =
      options.targets.length > 0 && stageTargets.length === 0 ? [] : await commitStages(project, { ...options, targets: stageTargets });
    return { committed: [...stages, ...(await commitPointers(project, pointers))] };
  });
}

/** Targets name stages, outs, or added data; without targets it is everything. */
function splitTargets(
  project: Project,
  targets: readonly string[],
): { readonly pointers: readonly Pointer[]; readonly stageTargets: readonly string[] } {
  const all = listPointers(project);
  if (targets.length === 0) return { pointers: all, stageTargets: [] };
  const named = (target: string): Pointer | undefined => {
    const path = tryProjectPath(project.root, project.ctx.cwd, target);
    return all.find((pointer) => pointer.path === path || pointer.pointerPath === path);
  };
  return {
    pointers: targets.flatMap((target) => named(target) ?? []),
    stageTargets: targets.filter((target) => named(target) === undefined),
  };
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
  ignoreCachedOuts(project.root, prepared.stages);
  await prepared.cache.flush();
  prepared.locks.write();
  return committed;
}

async function commitStage(project: Project, prepared: Prepared, stage: Stage, force: boolean): Promise<CommitData['committed'][number]> {
  // A frozen stage is committed like any other: its outs are taken as they are.
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
  const outs = await collectOuts(project, prepared.cache, prepared.workspace, stage, true);
  const entry: LockEntry = { ...declared, ...found, outs };
  prepared.locks.set(stage, entry);
  return { name: stage.address, changed: !sameValue(locked as Value | undefined, entry as unknown as Value) };
}

function refuseMissingOuts(project: Project, stage: Stage): void {
  const missing = stage.outs.find((out) => !existsSync(absolutePath(project.root, out.path)));
  if (missing === undefined) return;
  throw new MloError('MLO_TARGET', `Stage '${stage.address}': out '${missing.path}' does not exist, so there is nothing to commit`, {
    hint: `Bring it back: mlo checkout ${stage.address}, or make it: mlo repro ${stage.address}`,
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
      hint: `Run it once: mlo repro ${stage.address}`,
    });
  }
  const changes = codeChanged(project.root, code, packages ?? {});
  if (changes.length > 0) {
    const names = changes.map((change) => change.path ?? change.key).join(', ');
    throw new MloError('MLO_MODULE', `The code of stage '${stage.address}' has changed since it ran (${names}); nothing was committed`, {
      hint: `Which modules it loads now is only found by running it: mlo repro ${stage.address}`,
    });
  }
  return { code, ...(packages === undefined ? {} : { packages }) };
}

async function commitPointers(project: Project, pointers: readonly Pointer[]): Promise<CommitData['committed']> {
  const cache = await project.cache();
  const committed: CommitData['committed'][number][] = [];
  for (const pointer of pointers) {
    const state = await pointerState(project.root, cache, pointer);
    const present = (await cache.observe(absolutePath(project.root, pointer.path))) !== undefined;
    if (state === 'unchanged' || !present) continue;
    const content = await cache.commit(absolutePath(project.root, pointer.path));
    await cache.flush();
    const changed = !sameContent(content, pointer.content);
    if (changed) writePointer(project.root, pointer.path, content);
    committed.push({ name: pointer.path, changed });
  }
  return committed;
}
