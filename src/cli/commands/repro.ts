import { Option } from 'commander';
import { EXIT } from '../../core/errors/catalogue.ts';
import type { StageReport } from '../../core/events.ts';
import type { VerifiedStage, VerifyReproData } from '../../core/verified-stage.ts';
import type { ReproData, ReproOptions } from '../../app/types.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { failureLines, stageFailure } from '../stage-failures.ts';
import { styleOptions } from '../terminal.ts';
import { createStyle } from '../../ui/style.ts';
import { collect, parseExperiment, parseTimeout, parsePositiveInteger } from '../parse-values.ts';
import { noStages } from '../no-stages.ts';
import { fileOption } from '../shared-options.ts';
import { remoteOption } from './transfer-options.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly file?: string;
  readonly glob?: boolean;
  readonly force?: boolean;
  readonly singleItem?: boolean;
  readonly downstream?: boolean;
  readonly forceDownstream?: boolean;
  readonly allowMissing?: boolean;
  readonly ignoreErrors?: boolean;
  readonly keepGoing?: boolean;
  readonly dry?: boolean;
  readonly jobs?: number;
  readonly commit?: boolean;
  readonly runCache?: boolean;
  readonly strict?: boolean;
  readonly verify?: boolean;
  readonly pull?: boolean;
  readonly remote?: string;
  readonly set?: readonly string[];
  readonly timeout?: number;
  readonly experiment?: string;
}

export const reproVerb = defineCommand({
  usage: 'repro [targets...]',
  summary: 'make the workspace match the pipeline: run what changed, restore or skip the rest',
  details:
    'Targets are stage names, pipeline.yaml:stage, or out paths; without targets, all stages of the pipeline file here. Exit code 0 when all ' +
    'stages are up to date, 1 when a stage failed, whatever its error. With --ignore-errors failed stages are named all the same, stages that ' +
    'use their outs run with what is there, and the exit code is 0.\n\n--strict sees what a module reads: files and folders. It does not see ' +
    'where a module only asks whether a path exists (existsSync, stat): declare such a path as a dep.',
  examples: [
    ['mlo repro', 'bring all stages up to date'],
    ['mlo repro train -S train.learning_rate=0.1', 'set a param in params.yaml, then bring train and what it needs up to date'],
    ['mlo repro --pull', 'after git clone: take data and results from the remote, run only what nobody has run'],
    ['mlo repro --dry', 'say what would run and why, and change nothing'],
    ['mlo repro --verify train', 'run train and what it needs again: do the same inputs give the same bytes?'],
    ['mlo repro -f dvc.yaml -j 2', 'run a DVC pipeline, two stages side by side'],
  ],
  options: [
    fileOption(),
    new Option('--glob', 'targets are patterns of stage names (train-*)'),
    new Option('--force', 'run stages that have not changed, too'),
    new Option('-s, --single-item', 'only the targets, not the stages before them'),
    new Option('--downstream', 'start at the targets and go on to everything that uses them'),
    new Option('--force-downstream', 'run everything that uses a stage that ran'),
    new Option('--allow-missing', 'missing outs and data are no reason to run'),
    new Option('--ignore-errors', 'go on after failures, also with stages that use the failed one, and exit with 0 all the same'),
    new Option('-k, --keep-going', 'go on after failures with stages that do not need the failed one; the exit code is still 1'),
    new Option('--dry', 'print the plan and change nothing'),
    new Option('-j, --jobs <count>', 'stages side by side (default: core.jobs, 1)').argParser(parsePositiveInteger),
    new Option('--no-commit', 'do not store outs in the cache; the next repro without it does'),
    new Option('--no-run-cache', 'do not look for earlier runs with the same inputs'),
    new Option('--pull', 'bring what is missing from the remote, instead of running stages for it: data, outs, results of other machines'),
    remoteOption(),
    new Option('--strict', 'undeclared reads of in-process stages are errors'),
    new Option('--experiment <name>', 'experiment of the run (default: tracking.experiment); made where it is not there'),
    new Option(
      '--verify',
      'run stages that are up to date again, one by one, and compare what they write with the lock; nothing is changed',
    ).conflicts([
      'dry',
      'set',
      'force',
      'forceDownstream',
      'ignoreErrors',
      'allowMissing',
      'keepGoing',
      'jobs',
      'commit',
      'runCache',
      'pull',
      'remote',
    ]),
    new Option(
      '-S, --set <key=value>',
      'write a param into params.yaml first (again for more; file.yaml:key=value; +key=value adds a key)',
    ).argParser(collect),
    new Option('--timeout <duration>', 'stop a stage that runs longer (30s, 5m, 2h)').argParser(parseTimeout),
  ],
  shows: 'stages',
  writes: true,
  async run(invocation: Invocation, flags: Flags, targets: readonly string[]): Promise<Outcome> {
    const options = await toOptions(invocation, flags, targets);
    if (flags.verify === true) return await verified(invocation, options);
    const { repro } = await import('../../app/repro.ts');
    const data = await repro(invocation.context, options);
    return flags.dry === true ? await planned(invocation, data) : withUnrecorded(await done(invocation, data), data);
  },
});

async function toOptions(invocation: Invocation, flags: Flags, targets: readonly string[]): Promise<ReproOptions> {
  return {
    targets,
    glob: flags.glob === true,
    force: flags.force === true,
    singleItem: flags.singleItem === true,
    downstream: flags.downstream === true,
    forceDownstream: flags.forceDownstream === true,
    allowMissing: flags.allowMissing === true,
    ignoreErrors: flags.ignoreErrors === true,
    keepGoing: flags.keepGoing === true,
    dry: flags.dry === true,
    jobs: flags.jobs ?? (await configuredJobs(invocation)),
    commit: flags.commit !== false,
    runCache: flags.runCache !== false,
    strict: flags.strict === true,
    set: flags.set ?? [],
    ...given({ file: flags.file, timeoutMs: flags.timeout }),
    ...pullOf(flags),
    ...(flags.experiment === undefined ? {} : { experiment: parseExperiment(flags.experiment) }),
  };
}

/** A remote that is named is one to pull from. */
function pullOf({ pull, remote }: Flags): Pick<ReproOptions, 'pull'> {
  if (remote !== undefined) return { pull: { remote } };
  return pull === true ? { pull: {} } : {};
}

async function configuredJobs(invocation: Invocation): Promise<number> {
  const { configGet } = await import('../../app/config.ts');
  const { value } = await configGet(invocation.context, 'core.jobs');
  return Number(value);
}

async function planned({ style }: Invocation, data: ReproData): Promise<Outcome> {
  const { planLines } = await import('../../ui/render/status.ts');
  return { data, lines: planLines(data.plan ?? [], style) };
}

/** The error of the command where nothing else went wrong, else one more line. */
function withUnrecorded(outcome: Outcome, { unrecorded }: ReproData): Outcome {
  if (unrecorded === undefined) return outcome;
  const { code, message: why, hint } = unrecorded;
  const message = `What the stages made is stored, but this run is not recorded: ${why}`;
  if (outcome.failure !== undefined) return { ...outcome, errorLines: [...(outcome.errorLines ?? []), `error[${code}]: ${message}`] };
  return { ...outcome, exitCode: new MloError(code, message).exitCode, failure: { code, message, ...given({ hint }) } };
}

async function done(invocation: Invocation, data: ReproData): Promise<Outcome> {
  const { globals, style } = invocation;
  if (data.stages.length === 0 && data.interrupted !== true) {
    return noStages(invocation, data, ['There are no stages: nothing to do.']);
  }
  const { reproTable } = await import('../../ui/render/repro-table.ts');
  const lines = reproTable(data, style, globals.verbose);
  if (data.interrupted === true) {
    const failure = {
      code: 'MLO_INTERRUPTED',
      message: 'Interrupted; finished stages are kept',
      hint: 'mlo repro goes on from here',
    } as const;
    return { data, lines, exitCode: EXIT.interrupted, failure, errorLines: [failure.message], hint: failure.hint };
  }
  return data.ok ? { data, lines } : await failed(invocation, data, lines);
}

async function verified(invocation: Invocation, options: ReproOptions): Promise<Outcome> {
  const { verifyRepro } = await import('../../app/repro-verify.ts');
  const data = await verifyRepro(invocation.context, options);
  const { verifyReproLines } = await import('../../ui/render/repro-verify.ts');
  const lines = verifyReproLines(data, invocation.style);
  if (data.interrupted === true) {
    const failure = { code: 'MLO_INTERRUPTED', message: 'Interrupted; the outs are as they were' } as const;
    return { data, lines, exitCode: EXIT.interrupted, failure, errorLines: [failure.message] };
  }
  const wrong = data.stages.filter(({ verdict }) => verdict === 'differs' || verdict === 'failed');
  return data.ok ? { data, lines } : await stageFailures(invocation, data, lines, wrong.map(asReport), []);
}

function asReport({ name, durationMs, error }: VerifiedStage): StageReport {
  return { name, outcome: 'failed', reasons: [], durationMs, ...given({ error }) };
}

async function failed(invocation: Invocation, data: ReproData, lines: readonly string[]): Promise<Outcome> {
  const broken = data.stages.filter((stage) => stage.outcome === 'failed');
  const blocked = data.stages.filter((stage) => stage.outcome === 'blocked');
  return await stageFailures(invocation, data, lines, broken, blocked);
}

async function stageFailures(
  { globals }: Invocation,
  data: ReproData | VerifyReproData,
  lines: readonly string[],
  broken: readonly StageReport[],
  blocked: readonly StageReport[],
): Promise<Outcome> {
  const failure = stageFailure(broken, blocked);
  const style = await createStyle(styleOptions(process.stderr, process.env, globals.color));
  return {
    data,
    lines,
    exitCode: EXIT.stageFailed,
    failure,
    errorLines: failureLines(broken, style, { verbose: globals.verbose, hints: !globals.quiet }),
    // Each error has brought its own.
    ...(failure.hint === undefined || broken.length > 0 ? {} : { hint: failure.hint }),
  };
}
