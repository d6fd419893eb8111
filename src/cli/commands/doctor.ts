import { EXIT } from '../../core/errors/catalogue.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';

export const doctorVerb = defineCommand({
  usage: 'doctor',
  summary: 'check this machine and this project, and say how to fix what is wrong',
  details: 'Exit code 1 when a check fails; warnings do not count.',
  examples: [
    ['mlo doctor', 'all checks, with a fix for each that fails'],
    ['mlo doctor --json', 'the same for a bug report'],
  ],
  async run({ context, style }: Invocation): Promise<Outcome> {
    const { doctor } = await import('../../app/doctor.ts');
    const data = await doctor(context);
    const { doctorLines } = await import('../../ui/render/doctor.ts');
    return { data, lines: doctorLines(data, style), exitCode: data.ok ? EXIT.ok : EXIT.stageFailed };
  },
});
