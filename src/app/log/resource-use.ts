import type { ResourceUse } from '../../runtime/types.ts';

export function resourceTags({ cpuSeconds, peakBytes }: ResourceUse = {}): { readonly [key: string]: string } {
  return {
    ...(cpuSeconds === undefined ? {} : { 'mlo.cpu_seconds': String(Math.round(cpuSeconds * 1000) / 1000) }),
    ...(peakBytes === undefined ? {} : { 'mlo.peak_memory_mb': String(Math.round(peakBytes / 1e5) / 10) }),
  };
}
