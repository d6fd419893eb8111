import { EVENT_SCHEMA_VERSION } from '../../core/events.ts';
import type { Reporter, TimedEvent, Write } from './reporter.ts';

/** `--json=stream`: every event is one line of JSON. `toJson` must give text without line ends. */
export function streamReporter(write: Write, toJson: (value: unknown) => string): Reporter {
  return {
    report: ({ type, timestampMs, ...rest }: TimedEvent) =>
      write(`${toJson({ schemaVersion: EVENT_SCHEMA_VERSION, type, timestampMs, ...rest })}\n`),
    pause: (work) => work(),
    close: async () => {},
    abandon: () => {},
  };
}
