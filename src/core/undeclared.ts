import { MloError } from './errors/mlo-error.ts';
import type { StageAddress } from './stage.ts';

/** Something that the outs of an in-process stage may depend on and its fingerprint does not hold. */
export interface Undeclared {
  readonly what: 'read' | 'worker' | 'child-process';
  /** Project path that was read; for the others what was started, as far as it is known. */
  readonly path: string;
}

const WORDS = { read: 'reads', worker: 'starts a worker thread', 'child-process': 'starts a process' } as const;

/** All of it at once, with the lines to add. `module` and `file` (the pipeline file) as a person names them. */
export function undeclaredError(
  { address, module, file }: { readonly address: StageAddress; readonly module: string; readonly file: string },
  undeclared: readonly Undeclared[],
): MloError {
  const problems = undeclared.map(({ what, path }) => ({ message: `${module} ${WORDS[what]}: ${path}` }));
  const reads = undeclared.filter(({ what }) => what === 'read').map(({ path }) => `      - ${path}`);
  const hint =
    reads.length === 0
      ? 'mlo cannot see what threads and processes read: use a stage with cmd:, or run without --strict'
      : `add to ${file}:\n    deps:\n${reads.join('\n')}`;
  const list = problems.map(({ message }) => `\n  ${message}`).join('');
  return new MloError('MLO_UNDECLARED_READ', `Stage '${address}' depends on what it does not declare:${list}`, {
    hint,
    problems,
    details: { stage: address, undeclared },
  });
}
