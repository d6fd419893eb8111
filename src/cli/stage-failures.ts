import type { StageReport } from '../core/events.ts';
import { printable } from '../ui/format/printable.ts';

/** What went wrong in stages whose message has more than the line that the table shows. */
export function failureLines(failed: readonly StageReport[]): string[] {
  return failed.flatMap(({ name, error }) => {
    if (error === undefined) return [];
    const [first = '', ...rest] = error.message.split('\n');
    return [`error[${error.code}]: ${printable(name)}: ${printable(first)}`, ...rest.map((line) => `  ${printable(line)}`)];
  });
}
