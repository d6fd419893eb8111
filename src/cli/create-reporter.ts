import type { Reporter } from '../ui/report/reporter.ts';
import { createStyle } from '../ui/style.ts';
import { toJson } from './envelope.ts';
import type { GlobalOptions } from './globals.ts';
import { writeErr, writeOut } from './io.ts';
import { canRedraw, styleOptions } from './terminal.ts';

type Environment = { readonly [name: string]: string | undefined };

export interface ReporterChoice {
  readonly shows: 'stages' | 'tasks';
  readonly globals: GlobalOptions;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** Too short to be seen, long enough for the lines of a dozen quick stages. */
const GATHER_MS = 25;

const SILENT: Reporter = { report: () => {}, pause: (work) => work(), close: async () => {}, abandon: () => {} };

/** The reporter for this place: NDJSON on stdout, or on stderr a live view, a line of progress, or append-only lines. */
export async function createReporter({ shows, globals, env, signal }: ReporterChoice): Promise<Reporter> {
  if (globals.output === 'stream') {
    const { streamReporter } = await import('../ui/report/stream-reporter.ts');
    return streamReporter(writeOut, toJson);
  }
  if (globals.output === 'json' && shows === 'tasks') return SILENT;
  const options = styleOptions(process.stderr, env, globals.color);
  const style = await createStyle(options);
  const redraw = globals.output === 'human' && !globals.quiet && canRedraw(process.stderr, env);
  if (redraw && shows === 'stages') {
    const { LiveReporter } = await import('../ui/live/live-reporter.ts');
    return new LiveReporter({ stream: process.stderr, style, verbose: globals.verbose, now: Date.now, signal });
  }
  if (redraw) {
    const { progressReporter } = await import('../ui/report/progress-reporter.ts');
    return progressReporter(writeErr, style);
  }
  const { PlainReporter } = await import('../ui/report/plain-reporter.ts');
  const { quiet, verbose } = globals;
  return new PlainReporter({
    write: writeErr,
    style,
    colours: options.level > 0,
    quiet,
    verbose,
    groups: env['GITHUB_ACTIONS'] === 'true',
    now: Date.now,
    gatherMs: GATHER_MS,
  });
}
