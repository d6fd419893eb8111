import { relative } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { ModuleResult } from '../types.ts';
import type { Failure, Job } from './protocol.ts';
import { pipelineFileOf } from './stage-address.ts';
import { toFailure } from './stage-failure.ts';

const WORDS = { read: 'reads', worker: 'starts a worker thread', 'child-process': 'starts a process' } as const;

/** With `strict`, what the stage has read without declaring it is an error; all of it at once. */
export function strictFailure(job: Job, undeclared: ModuleResult['undeclared']): Failure | undefined {
  if (!job.strict || undeclared.length === 0) return undefined;
  const module = relative(job.root, job.module);
  const problems = undeclared.map(({ what, path }) => ({ message: `${module} ${WORDS[what]}: ${path}` }));
  const reads = undeclared.filter(({ what }) => what === 'read').map(({ path }) => `      - ${path}`);
  const hint =
    reads.length === 0
      ? 'mlo cannot see what threads and processes read: use a stage with cmd:, or run without --strict'
      : `add to ${pipelineFileOf(job.address)}:\n    deps:\n${reads.join('\n')}`;
  const list = problems.map(({ message }) => `\n  ${message}`).join('');
  return toFailure(
    new MloError('MLO_UNDECLARED_READ', `Stage '${job.address}' depends on what it does not declare:${list}`, {
      hint,
      problems,
      details: { stage: job.address, undeclared },
    }),
  );
}
