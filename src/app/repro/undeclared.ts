import type { MloError } from '../../core/errors/mlo-error.ts';
import type { Emit } from '../../core/events.ts';
import type { Stage } from '../../core/stage.ts';
import { declareHint, undeclaredError, type DepsForm, type Undeclared } from '../../core/undeclared.ts';

/** What a stage was found to read or start without declaring it: one warning, with one hint. */
export function warnUndeclared(emit: Emit, stage: Stage, undeclared: readonly Undeclared[]): void {
  if (undeclared.length === 0) return;
  const listOf = (what: Undeclared['what']): string =>
    undeclared.flatMap((each) => (each.what === what ? [`'${each.path}'`] : [])).join(', ');
  const reads = listOf('read');
  const workers = listOf('worker');
  const processes = listOf('child-process');
  const parts = [
    ...(reads === '' ? [] : [`read ${reads} without declaring it: a change of that will not re-run it`]),
    ...(workers === '' ? [] : [`started a worker thread (${workers}), whose modules and reads are not seen`]),
    ...(processes === '' ? [] : [`started a process (${processes}), whose reads are not seen`]),
  ];
  const message = parts.join('; ');
  const hint = declareHint(undeclared, depsForm(stage)) ?? 'Declare as deps what it reads';
  emit({ type: 'warning', message: `Stage '${stage.address}' ${message}`, problem: { ...stage.at, message, hint } });
}

/** The error of a stage that may not go on so. */
export function undeclaredBy(stage: Stage, undeclared: readonly Undeclared[]): MloError {
  const module = stage.action.kind === 'module' ? stage.action.path : stage.address;
  return undeclaredError({ address: stage.address, module, deps: depsForm(stage) }, undeclared);
}

export function depsForm({ file, wdir, deps }: Stage): DepsForm {
  const names = deps.flatMap(({ name }) => name ?? []);
  return { file, wdir, ...(names.length === 0 ? {} : { names }) };
}
