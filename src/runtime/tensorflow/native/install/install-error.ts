import { MloError } from '../../../../core/errors/mlo-error.ts';

/** Why the native backend could not be installed; `missing`: each thing that has to be put right. */
export function installError(message: string, options: { hint?: string; missing?: readonly string[]; cause?: unknown } = {}): MloError {
  const { hint, missing = [], cause } = options;
  return new MloError('MLO_BACKEND_INSTALL', [message, ...missing.map((each) => `- ${each}`)].join('\n'), {
    details: { missing },
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The last lines that say something, of a program's stderr. */
export function lastLines(text: string, count = 6): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count)
    .join('\n');
}
