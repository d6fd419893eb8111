import { noteLines, warningLines } from '../render/event-lines.ts';
import type { Style } from '../style.ts';
import { ProgressLine } from './progress-line.ts';
import type { Reporter, TimedEvent, Write } from './reporter.ts';

/** For commands without stages on a terminal: notes, warnings, and one line of progress that goes away again. */
export function progressReporter(write: Write, style: Style): Reporter {
  const line = new ProgressLine(write, style);
  const report = (event: TimedEvent): void => {
    if (event.type === 'progress') return line.update(event, event.timestampMs);
    const lines = event.type === 'warning' ? warningLines(event, style) : event.type === 'note' ? noteLines(event.message) : [];
    if (lines.length === 0) return;
    line.clear();
    write(`${lines.join('\n')}\n`);
  };
  return {
    report,
    pause: (work) => {
      line.clear();
      return work();
    },
    close: async () => line.clear(),
    abandon: () => line.clear(),
  };
}
