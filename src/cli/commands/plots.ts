import { InvalidArgumentError, Option } from 'commander';
import type { PlotsData } from '../../app/plots/types.ts';
import { EXIT } from '../../core/errors/catalogue.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { TEMPLATES } from '../../core/plots/definition.ts';
import { count } from '../../ui/format/number.ts';
import { printable } from '../../ui/format/printable.ts';
import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';
import { collect } from '../parse-values.ts';
import { plainPlots, writePlots } from '../plot-output.ts';
import { given } from '../../core/given.ts';

interface ViewFlags {
  readonly x?: string;
  readonly y?: readonly string[];
  readonly title?: string;
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly template?: string;
  readonly header?: boolean;
  readonly smooth?: number;
  readonly logX?: boolean;
  readonly logY?: boolean;
  readonly height?: number;
  readonly output?: string;
  readonly open?: boolean;
}

interface ShowFlags extends ViewFlags {
  readonly rev?: readonly string[];
  readonly run?: readonly string[];
}

interface DiffFlags extends ViewFlags {
  readonly file?: readonly string[];
}

const VIEW_OPTIONS = [
  new Option('-x, --x <column>', 'column of the x axis (default: the number of the row)'),
  new Option('-y, --y <column>', 'column of the y axis, again for more (default: the last one)').argParser(collect),
  new Option('--title <text>', 'instead of the name'),
  new Option('--x-label <text>', 'under the x axis'),
  new Option('--y-label <text>', 'of the y axis'),
  new Option('-t, --template <name>', `how it is drawn: ${TEMPLATES.join(', ')}`).choices(TEMPLATES),
  new Option('--no-header', 'the first row of a CSV or TSV file is data'),
  new Option('--smooth <weight>', 'moving average of lines, from 0 (none) to below 1').argParser(parseWeight),
  new Option('--log-x', 'logarithmic x axis'),
  new Option('--log-y', 'logarithmic y axis'),
  new Option('--height <rows>', 'rows of a plot in the terminal').argParser(parseRows),
  new Option('-o, --output <file>', 'write a file instead: .html (all in one file, values under the pointer), .svg or .png'),
  new Option('--open', 'open that file (default: plots.html in .mlo/plots)'),
];

const JSON_FIELDS = [
  ['revisions', 'what was read: revisions as typed, workspace, or short ids of runs'],
  [
    'plots',
    'id, title, kind (line, scatter, bars, confusion, images), labels of the axes, and the data: series with xs and ys, bars, matrices with counts, or images with path, size and digest',
  ],
  ['failures', 'what could not be drawn: id, revision, code, message, hint?, problems? with file and line'],
  ['output?', 'the file that was written'],
] as const;

const plotsShowVerb = defineCommand({
  usage: 'show [targets...]',
  summary: 'draw plots: of the workspace, of Git revisions, or of runs',
  details: `Draws what 'plots' of the pipeline declare, or the files of data that are named (CSV, TSV, JSON, YAML): in the
terminal, or as a file with -o. Several revisions (--rev again and again) lie over each other in one picture. With --run,
targets are names of metrics. A plot that cannot be drawn is told on stderr beside those that can (exit code 3).`,
  examples: [
    ['mlo plots show', 'every plot of the pipeline, in the terminal'],
    ['mlo plots show history.csv -x epoch -y loss -y val_loss --log-y', 'columns of any file'],
    ['mlo plots show --run 4f1a loss --smooth 0.8', 'a metric that a run logged'],
    ['mlo plots show -o plots.html --open', 'one HTML file with everything, shown in the browser'],
  ],
  options: [
    new Option('--rev <revision>', 'state at this Git revision instead of the workspace (again: overlaid)').argParser(collect),
    new Option('--run <id>', 'series that this run logged (again: overlaid)').argParser(collect),
    ...VIEW_OPTIONS,
  ],
  json: JSON_FIELDS,
  async run(invocation: Invocation, flags: ShowFlags, targets: readonly string[]): Promise<Outcome> {
    const view = plotOptions(flags);
    if (flags.run !== undefined) {
      refuseWithRuns(flags);
      const { plotsOfRuns } = await import('../../app/plots/run-series.ts');
      return await shown(invocation, flags, await plotsOfRuns(invocation.context, { runs: flags.run, metrics: targets, ...view }));
    }
    const { plotsShow } = await import('../../app/plots/show.ts');
    return await shown(invocation, flags, await plotsShow(invocation.context, { targets, revisions: flags.rev ?? [undefined], ...view }));
  },
});

const plotsDiffVerb = defineCommand({
  usage: 'diff [revisions...]',
  summary: 'draw plots of revisions over each other: HEAD and the workspace, or others',
  details: `Without a revision HEAD and the workspace, with one that and the workspace, else those that are named. Pictures
stand side by side in an HTML file (-o); in the terminal their sizes and whether they differ are listed.`,
  examples: [
    ['mlo plots diff', 'what has changed since the last commit'],
    ['mlo plots diff v1.0 v1.1 main -o diff.html', 'three revisions in one HTML file'],
  ],
  options: [new Option('-f, --file <path>', 'only this plot or file (again for more)').argParser(collect), ...VIEW_OPTIONS],
  json: JSON_FIELDS,
  async run(invocation: Invocation, flags: DiffFlags, revisions: readonly string[]): Promise<Outcome> {
    const { plotsShow } = await import('../../app/plots/show.ts');
    const sides = revisions.length > 1 ? revisions : [revisions[0] ?? 'HEAD', undefined];
    const options = { targets: flags.file ?? [], revisions: sides, ...plotOptions(flags) };
    return await shown(invocation, flags, await plotsShow(invocation.context, options));
  },
});

/** A run has metrics over steps: no columns to choose, and no revision. */
function refuseWithRuns({ rev, x, y, template, header }: ShowFlags): void {
  const given = { '--rev': rev, '-x': x, '-y': y, '--template': template, '--no-header': header === false ? header : undefined };
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  throw new MloError('MLO_USAGE', `${name} does not go with --run: metrics of runs are drawn over their steps`, {
    hint: 'mlo plots show --run <id> [metric…]',
  });
}

/** Beyond any terminal. */
const MOST_ROWS = 1000;

function parseRows(text: string): number {
  const rows = Number(text);
  if (!/^\d+$/.test(text) || rows < 1 || rows > MOST_ROWS)
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${MOST_ROWS}.`);
  return rows;
}

function parseWeight(text: string): number {
  const weight = Number(text);
  if (text.trim() === '' || !(weight >= 0 && weight < 1))
    throw new InvalidArgumentError('Expected a number from 0 to below 1, such as 0.6.');
  return weight;
}

function plotOptions({ x, y, title, xLabel, yLabel, template, header }: ViewFlags) {
  return {
    ...given({ x, y, title, xLabel, yLabel, template }),
    ...(header === false ? { header } : {}),
  };
}

async function shown(invocation: Invocation, flags: ViewFlags, data: PlotsData): Promise<Outcome> {
  const { style, globals } = invocation;
  const { smooth, logX, logY, height } = flags;
  const view = {
    ...given({ smoothing: smooth }),
    ...(logX === true ? { logX } : {}),
    ...(logY === true ? { logY } : {}),
    ...given({ height }),
  };
  const asked = await writePlots(invocation, flags, data, view);
  const about = {
    data: { ...(globals.output === 'human' ? {} : plainPlots(data)), ...given({ output: asked }) },
    ...failureOf(data),
  };
  if (data.plots.length === 0 && data.failures.length === 0) {
    return { ...about, lines: ['No plots.'], hint: "declare files under 'plots:' of a stage, or name one: mlo plots show history.csv" };
  }
  if (globals.output !== 'human') return about;
  if (asked !== undefined) return { ...about, lines: [`Wrote ${printable(asked)} (${count(data.plots.length, 'plot')})`] };
  const { plotsLines } = await import('../../ui/render/plots.ts');
  return { ...about, lines: plotsLines(data.plots, view, style) };
}

/** What could not be drawn: partly done. */
function failureOf({ failures, plots }: PlotsData): Pick<Outcome, 'exitCode' | 'failure' | 'failureLines'> {
  const [first] = failures;
  if (first === undefined) return {};
  const ids = new Set(failures.map(({ id }) => id));
  const message = `${count(ids.size, 'plot')} could not be drawn${plots.some(({ id }) => ids.has(id)) ? ', or not as a whole' : ''}`;
  const lines = failures.flatMap(({ id, revision, message: why, hint }) => [
    `  ${printable(id)} (${printable(revision)}): ${printable(why)}`,
    ...(hint === undefined ? [] : [`    hint: ${printable(hint)}`]),
  ]);
  return {
    exitCode: EXIT.partial,
    failure: { code: 'MLO_PLOT', message },
    failureLines: lines,
  };
}

/** In the order of the help. */
export const PLOTS_VERBS: readonly AnyCommandSpec[] = [plotsShowVerb, plotsDiffVerb];
