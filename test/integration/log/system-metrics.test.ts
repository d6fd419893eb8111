import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScriptProject, script } from './script-project.ts';

const WAIT = `await new Promise((resolve) => { const timer = setInterval(() => { if (existsSync('go')) { clearInterval(timer); resolve(); } }, 10); });`;

const NVIDIA = `#!/bin/sh
case "$*" in *index,memory.used,memory.total,utilization.gpu,power.draw,power.limit*noheader,nounits*) ;; *) exit 1 ;; esac
echo '0, 1024, 4096, 87, 150.5, 301.0'
echo '1, 0, 4096, 0, [N/A], [N/A]'
`;

const MACHINE = [
  'system/cpu_utilization_percentage',
  'system/disk_available_megabytes',
  'system/disk_usage_megabytes',
  'system/disk_usage_percentage',
  'system/system_memory_usage_megabytes',
  'system/system_memory_usage_percentage',
];

describe('system metrics', () => {
  it('are sampled while a script and a stage are at work, with those of GPUs where nvidia-smi is', async () => {
    const there = await createScriptProject({
      '.mlo/config.yaml': 'tracking: {system_metrics: 50ms}\n',
      'pipeline.yaml': `stages:\n  shell: {cmd: 'until [ -e go ]; do :; done'}\n`,
      'wait.mjs': script(`await startRun(); ${WAIT}`),
      'bin/nvidia-smi': NVIDIA,
    });
    const env = { PATH: [there.path('bin'), there.env['PATH']].join(delimiter) };
    const commands = [there.node(['wait.mjs'], env), there.start(['repro'], { env })];
    const [stage, alone] = await there.soon(() => {
      const runs = there.exists('.mlo/tracking.db') ? there.runs() : [];
      const both = [runs.find(({ name }) => name === 'repro')?.children[0], runs.find(({ name }) => name === 'wait.mjs')];
      // The first sample may be taken before the command of the stage has begun.
      const isSampled = (name: string): boolean => both.every((run) => (run?.metrics[name]?.points ?? 0) > 1);
      return isSampled('system/system_memory_usage_megabytes') && isSampled('system/process_memory_usage_megabytes') ? both : undefined;
    });
    await there.write({ go: '' });
    for (const command of commands) expect((await command.ended).code).toBe(0);
    for (const run of [stage, alone]) {
      expect(Object.keys(run?.metrics ?? {})).toEqual(expect.arrayContaining(MACHINE));
      expect(run?.metrics).toMatchObject({
        'system/gpu_0_memory_usage_megabytes': { value: 1073.742 },
        'system/gpu_0_memory_usage_percentage': { value: 25 },
        'system/gpu_0_utilization_percentage': { value: 87 },
        'system/gpu_0_power_usage_watts': { value: 150.5 },
        'system/gpu_0_power_usage_percentage': { value: 50 },
        'system/gpu_1_utilization_percentage': { value: 0 },
      });
      expect(run?.metrics['system/gpu_1_power_usage_watts']).toBeUndefined();
      expect(run?.metrics['system/cpu_utilization_percentage']?.max?.value).toBeLessThanOrEqual(100);
    }
    for (const run of [stage, alone]) expect(run?.metrics['system/process_memory_usage_megabytes']?.value).toBeGreaterThan(0.5);
    const ended = there.runs().find(({ name }) => name === 'repro')?.children[0];
    expect(Number(ended?.tags['mlo.peak_memory_mb'])).toBeGreaterThan(0.5);
    expect(Number(ended?.tags['mlo.cpu_seconds'])).toBeGreaterThan(0);
  });

  it('can be turned off, and a wrong interval is told', async () => {
    const there = await createScriptProject({ '.mlo/config.yaml': '' });
    expect((await there.mlo(['config', 'set', 'tracking.system_metrics', 'off'])).code).toBe(0);
    expect((await there.mlo(['config', 'get', 'tracking.system_metrics'])).stdout).toBe('off\n');
    expect((await there.mlo(['config', 'get', 'tracking.system_metrics'], { env: { MLO_TRACKING_SYSTEM_METRICS: 'on' } })).stdout).toBe(
      '10s\n',
    );
    const { code, stderr } = await there.mlo(['config', 'set', 'tracking.system_metrics', '0']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('on, off or a duration') });
  });
});
