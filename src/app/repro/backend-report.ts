import type { Emit } from '../../core/events.ts';
import type { StageAddress } from '../../core/stage.ts';
import type { ModuleResult } from '../../runtime/types.ts';

/**
 * Fewer tensors than this at the end of a stage are its data and the constants of its optimizer, which live as long as it does;
 * what is forgotten in a loop soon comes to more.
 */
const MANY_TENSORS = 16;

/** Which backend computed, in which versions, and with how many threads: what the bytes of a model depend on. */
export function backendTags({ backend, leaks }: Pick<ModuleResult, 'backend' | 'leaks'>): { readonly [key: string]: string } {
  return {
    ...(backend === undefined ? {} : { 'mlo.backend': backend.name, 'mlo.tensorflow': backend.version }),
    ...(backend?.tensorflow === undefined ? {} : { 'mlo.tensorflow_native': backend.tensorflow }),
    ...(backend?.intraOpThreads === undefined ? {} : { 'mlo.intra_op_threads': String(backend.intraOpThreads) }),
    ...(leaks === undefined ? {} : { 'mlo.leaked_tensors': String(leaks.tensors) }),
  };
}

export function warnLeaks(emit: Emit, stage: StageAddress, leaks: ModuleResult['leaks']): void {
  if (leaks === undefined || leaks.tensors < MANY_TENSORS) return;
  const size = `${Math.round(leaks.bytes / 1e4) / 100} MB`;
  emit({
    type: 'warning',
    message: `Stage '${stage}' has not disposed ${leaks.tensors} tensors (${size}); mlo freed them at its end`,
    problem: { message: 'tensors not disposed', hint: 'put the work of each step into tf.tidy(() => …), or call .dispose()' },
  });
}
