import { lstatSync } from 'node:fs';
import type { Cache } from '../../cache/types.ts';
import { sameContent, type Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { fromLocked, toLocked, type FingerprintRecord, type LockedContent } from '../../core/lock/types.ts';
import { own } from '../../core/own.ts';
import { isUrl } from '../../core/pipeline/paths.ts';
import { sameValue } from '../../core/plan/changes.ts';
import type { OutSpec, ProjectPath, Stage } from '../../core/stage.ts';
import { absolutePath } from '../paths.ts';
import type { Prepared } from '../prepare-plan.ts';
import type { Project } from '../project.ts';
import type { Workspace } from '../workspace.ts';

/** What the stage wrote, stored (unless `commit` is false) and as the lock says it. Throws MLO_OUT_NOT_WRITTEN. */
export async function collectOuts(
  project: Project,
  cache: Cache,
  workspace: Workspace,
  stage: Stage,
  commit: boolean,
): Promise<{ readonly [path: string]: LockedContent }> {
  const outs = new Map<string, LockedContent>();
  const missing: OutSpec[] = [];
  for (const out of stage.outs) {
    const path = absolutePath(project.root, out.path);
    const exists = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    const content = exists ? await store(cache, out, path, commit) : undefined;
    workspace.outs.set(out.path, content);
    if (content === undefined) missing.push(out);
    else outs.set(out.path, toLocked(content));
  }
  if (missing.length > 0) throw notWritten(stage, missing);
  return Object.fromEntries(outs);
}

/** Throws MLO_DEP_CHANGED where a dep or a param is not what the stage was started with. */
export async function checkInputsUnchanged(stage: Stage, declared: FingerprintRecord, prepared: Prepared): Promise<void> {
  const changes: string[] = [];
  for (const { path } of stage.deps) {
    // What of a URL was read, and when, nobody knows: the lock has the state before, so a newer one counts as a change next time.
    if (isUrl(path)) continue;
    const before = own(declared.deps, path);
    const now = await prepared.workspace.lookAtDep(path);
    if (now === undefined) changes.push(`deleted its dep '${path}'`);
    else if (before === undefined || !sameContent(fromLocked(before), now)) changes.push(`changed its dep '${path}' while running`);
  }
  if (await prepared.reloadParams(stage)) {
    const params = prepared.request.observation.params(stage);
    if (!sameValue(params, declared.params ?? {})) changes.push(`changed its params while running`);
  }
  if (changes.length === 0) return;
  throw new MloError('MLO_DEP_CHANGED', `Stage '${stage.address}' ${changes.join(' and ')}`, {
    hint: 'A stage must leave its deps alone: write to an out instead. (If something else edits the file, run mlo repro again.)',
    details: { stage: stage.address },
  });
}

/** Metrics and plots that are not cached are small; keeping their bytes is what makes the run restorable. */
async function store(cache: Cache, out: OutSpec, path: string, commit: boolean): Promise<Content | undefined> {
  const keep = commit && (out.cache || out.kind !== 'out');
  return keep ? await cache.commit(path, { includeIgnored: true }) : await cache.observe(path, { includeIgnored: true });
}

function notWritten(stage: Stage, missing: readonly OutSpec[]): MloError {
  const paths: ProjectPath[] = missing.map((out) => out.path);
  const names = paths.map((path) => `'${path}'`).join(', ');
  return new MloError(
    'MLO_OUT_NOT_WRITTEN',
    `Stage '${stage.address}' ended well but did not write its ${paths.length === 1 ? 'out' : 'outs'} ${names}`,
    {
      hint: `Check what the command writes against 'outs' in ${stage.at.file}:${stage.at.line}.`,
      details: { stage: stage.address, paths },
    },
  );
}
