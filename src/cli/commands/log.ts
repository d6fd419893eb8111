import { isDeepStrictEqual } from 'node:util';
import { Option } from 'commander';
import { EXIT } from '../../core/errors/catalogue.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { stepFault } from '../../core/run-limits.ts';
import type { Value } from '../../core/value.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { parseAssignments } from '../parse-values.ts';
import { given } from '../../core/given.ts';

interface RunFlags {
  readonly run?: string;
}

interface MetricFlags extends RunFlags {
  readonly step?: number;
}

interface FileFlags extends RunFlags {
  readonly name?: string;
}

const WHERE = 'In a stage, to the run of the stage (MLO_RUN_ID); elsewhere, or to another run, with --run.';

const runOption = (): Option => new Option('--run <id>', 'run id, or the beginning of one (default: the run of this stage)');
const stepOption = (): Option =>
  new Option('--step <number>', 'step of the point (default: one more than the last one)').argParser(parseStep);
const nameOption = (): Option => new Option('--name <name>', 'name of the artifact, with / between folders (default: that of the file)');

const logParamVerb = defineCommand({
  usage: 'param <name> <value>',
  summary: 'log a param to a run',
  details: `${WHERE} A value that is JSON is kept as such (0.1, true, [1,2]), anything else as text. A param is written once: the same value again changes nothing, another one is an error.`,
  examples: [
    ['mlo log param lr 0.1', 'in the command of a stage'],
    ['mlo log param optimizer adam --run 4f1a', 'to a run that is at work elsewhere'],
  ],
  options: [runOption()],
  writes: true,
  async run({ context }: Invocation, flags: RunFlags, name: string, value: string): Promise<Outcome> {
    const [{ logParams }, { typedValue }] = await Promise.all([import('../../app/log/log.ts'), import('../../core/text/typed-value.ts')]);
    return { data: await logParams(context, { [name]: typedValue(value) }, flags) };
  },
});

const logParamsVerb = defineCommand({
  usage: 'params <values...>',
  summary: 'log several params to a run',
  details: `${WHERE} See mlo log param.`,
  examples: [
    ['mlo log params lr=0.1 epochs=20', 'two params at once'],
    ['mlo log params optimizer=adam --run 4f1a', 'to a run that is at work elsewhere'],
  ],
  options: [runOption()],
  writes: true,
  async run({ context }: Invocation, flags: RunFlags, texts: readonly string[]): Promise<Outcome> {
    const [{ logParams }, { typedValue }] = await Promise.all([import('../../app/log/log.ts'), import('../../core/text/typed-value.ts')]);
    const values = new Map<string, Value>();
    for (const [name, text] of parseAssignments(texts, 'param')) {
      const value = typedValue(text);
      if (values.has(name) && !isDeepStrictEqual(values.get(name), value))
        throw usage(`the param '${name}' has two values here, and it is written once`, 'mlo log params lr=0.1 epochs=20');
      values.set(name, value);
    }
    return { data: await logParams(context, Object.fromEntries(values), flags) };
  },
});

const logTagVerb = defineCommand({
  usage: 'tag <name> <value>',
  summary: 'set a tag of a run',
  details: `${WHERE} The last value counts.`,
  examples: [
    ['mlo log tag host gpu-3', 'in the command of a stage'],
    ['mlo log tag reviewed yes --run 4f1a', 'of any run'],
  ],
  options: [runOption()],
  writes: true,
  async run({ context }: Invocation, flags: RunFlags, name: string, value: string): Promise<Outcome> {
    const { logTags } = await import('../../app/log/log.ts');
    return { data: await logTags(context, { [name]: value }, flags) };
  },
});

interface StreamFlags extends MetricFlags {
  readonly stream?: boolean;
  readonly strict?: boolean;
}

const logMetricVerb = defineCommand({
  usage: 'metric [name] [value]',
  summary: 'log a point of a metric to a run, or a stream of points',
  details: `${WHERE}

A value may be nan or inf; one that begins with a minus and a letter goes after --: mlo log metric loss -- -inf

With --stream, points come from stdin, one a line: 'name value [step]', or a JSON object ({"loss": 0.25, "step": 3}). Empty lines and lines that begin with # say nothing. A line that cannot be understood is a warning; with --strict it ends the command. Points are seen by other commands within half a second; at the end of the input, or after Ctrl-C, all that was read is stored.`,
  examples: [
    ['mlo log metric loss 0.25 --step 3', 'one point'],
    ['mlo log metric --stream', 'as many as come: python train.py | mlo log metric --stream'],
    ['mlo log metric --stream --strict --run 4f1a', 'to a run that is at work elsewhere; a bad line is an error'],
  ],
  options: [
    stepOption(),
    new Option('--stream', "read 'name value [step]' lines from stdin"),
    new Option('--strict', 'with --stream: a line that cannot be understood is an error'),
    runOption(),
  ],
  writes: true,
  async run(invocation: Invocation, flags: StreamFlags, name: string | undefined, value: string | undefined): Promise<Outcome> {
    if (flags.stream === true) return await runStream(invocation, flags, name);
    if (name === undefined || value === undefined) throw usage('a name and a value are needed, or --stream', 'mlo log metric loss 0.25');
    if (flags.strict === true) throw usage('--strict goes with --stream', 'mlo log metric --stream --strict');
    const { parseNumber } = await import('../../core/metrics/metric-line.ts');
    const number = parseNumber(value.trim());
    if (number === undefined) throw usage(`'${value}' is no number`, `mlo log metric ${name} 0.25`);
    const { logMetrics } = await import('../../app/log/log.ts');
    return { data: await logMetrics(invocation.context, { [name]: number }, flags) };
  },
});

async function runStream({ context }: Invocation, flags: StreamFlags, name: string | undefined): Promise<Outcome> {
  if (name !== undefined || flags.step !== undefined)
    throw usage('with --stream, names, values and steps come from stdin', 'mlo log metric --stream');
  const { streamMetrics } = await import('../../app/log/stream-metrics.ts');
  const options = { input: process.stdin, strict: flags.strict === true, ...given({ run: flags.run }) };
  const data = await streamMetrics(context, options);
  const lines = [`${data.points.toLocaleString('en-US')} ${data.points === 1 ? 'point' : 'points'} logged`];
  return { data, lines, ...(data.interrupted === true ? { exitCode: EXIT.interrupted } : {}) };
}

const logMetricsFileVerb = defineCommand({
  usage: 'metrics-file <file>',
  summary: 'log the numbers of a JSON or YAML file',
  details: `${WHERE} Nested keys are joined by dots; texts, lists and nulls are left out. Files that a stage declares under metrics: are logged without this.`,
  examples: [
    ['mlo log metrics-file metrics.json', 'every number in it'],
    ['mlo log metrics-file metrics.json --step 3', 'as points of one step'],
  ],
  options: [stepOption(), runOption()],
  writes: true,
  async run({ context }: Invocation, flags: MetricFlags, file: string): Promise<Outcome> {
    const { logMetricsFile } = await import('../../app/log/log.ts');
    const data = await logMetricsFile(context, file, flags);
    return data.metrics === 0 ? { data, lines: [], hint: `there is no number in ${file}` } : { data };
  },
});

const logArtifactVerb = defineCommand({
  usage: 'artifact <path>',
  summary: 'keep a file or folder with a run',
  details: `${WHERE} The bytes go into the cache.`,
  examples: [
    ['mlo log artifact report.html', 'a file'],
    ['mlo log artifact checkpoints --name checkpoints/last', 'a folder, under another name'],
  ],
  options: [nameOption(), runOption()],
  writes: true,
  async run({ context }: Invocation, flags: FileFlags, path: string): Promise<Outcome> {
    const { logArtifact } = await import('../../app/log/log.ts');
    return { data: await logArtifact(context, path, flags) };
  },
});

const logImageVerb = defineCommand({
  usage: 'image <path>',
  summary: 'keep a PNG or JPEG with a run',
  details: `${WHERE} A file that is neither is refused.`,
  examples: [
    ['mlo log image confusion.png', 'under its own name'],
    ['mlo log image /tmp/plot.png --name plots/loss', 'as plots/loss.png'],
  ],
  options: [nameOption(), runOption()],
  writes: true,
  async run({ context }: Invocation, flags: FileFlags, path: string): Promise<Outcome> {
    const { logImage } = await import('../../app/log/log.ts');
    return { data: await logImage(context, path, flags) };
  },
});

export const LOG_VERBS = [logParamVerb, logParamsVerb, logMetricVerb, logMetricsFileVerb, logArtifactVerb, logImageVerb, logTagVerb];

/** May be negative, as MLflow's. */
function parseStep(text: string): number {
  const step = Number(text);
  const fault = stepFault(/^-?\d+$/.test(text) ? step : undefined, `'${text}'`);
  if (fault !== undefined) throw usage(`the step ${fault}`, 'mlo log metric loss 0.25 --step 3');
  return step;
}

function usage(what: string, hint: string): MloError {
  return new MloError('MLO_USAGE', `mlo log: ${what}`, { hint });
}
