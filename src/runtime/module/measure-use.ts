import type { ResourceUse } from '../types.ts';

/** From here on; of a thread only its own processor time is known, since memory is that of the whole process. */
export function measureUse(isolate: 'worker' | 'process'): () => ResourceUse {
  const cpu = isolate === 'process' ? process.cpuUsage : threadCpuUsage();
  const before = cpu?.();
  return () => {
    const after = cpu?.();
    if (before === undefined || after === undefined) return {};
    return {
      cpuSeconds: (after.user - before.user + after.system - before.system) / 1e6,
      ...(isolate === 'process' ? { peakBytes: process.resourceUsage().maxRSS * 1024 } : {}),
    };
  };
}

/** Node has it from 23.9 on. */
function threadCpuUsage(): (() => NodeJS.CpuUsage) | undefined {
  return (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage;
}
