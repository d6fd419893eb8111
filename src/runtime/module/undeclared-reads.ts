import { relative } from 'node:path';
import { undeclaredError, type Undeclared } from '../../core/undeclared.ts';
import type { Failure, Job } from './protocol.ts';
import { pipelineFileOf } from './stage-address.ts';
import { toFailure } from './stage-failure.ts';

/** With `strict`, what the stage has read without declaring it is an error. */
export function strictFailure(job: Job, undeclared: readonly Undeclared[]): Failure | undefined {
  if (!job.strict || undeclared.length === 0) return undefined;
  const deps = {
    file: pipelineFileOf(job.address),
    wdir: relative(job.root, job.wdir) || '.',
    ...(job.namedDeps === true ? { names: Object.keys(job.deps) } : {}),
  };
  return toFailure(undeclaredError({ address: job.address, module: relative(job.root, job.module), deps }, undeclared));
}
