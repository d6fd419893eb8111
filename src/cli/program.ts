import { Command, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addCommand, type AnyCommandSpec, type Runner } from './command.ts';
import { addVerb } from './commands/add.ts';
import { catVerb } from './commands/cat.ts';
import { checkIgnoreVerb } from './commands/check-ignore.ts';
import { checkoutVerb } from './commands/checkout.ts';
import { commitVerb } from './commands/commit.ts';
import { completeVerb, completionVerb } from './commands/completion.ts';
import { dagVerb } from './commands/dag.ts';
import { diffVerb } from './commands/diff.ts';
import { doctorVerb } from './commands/doctor.ts';
import { duVerb } from './commands/du.ts';
import { explainVerb } from './commands/explain.ts';
import { freezeVerb, unfreezeVerb } from './commands/freeze.ts';
import { mergeDriverVerb, textconvVerb } from './commands/git-drivers.ts';
import { gcVerb } from './commands/gc.ts';
import { helpVerb } from './commands/help.ts';
import { getVerb } from './commands/get.ts';
import { importVerb } from './commands/import.ts';
import { importUrlVerb } from './commands/import-url.ts';
import { initVerb } from './commands/init.ts';
import { installVerb } from './commands/install.ts';
import { logsVerb } from './commands/logs.ts';
import { lsVerb } from './commands/ls.ts';
import { mvVerb } from './commands/mv.ts';
import { fetchVerb, pullVerb } from './commands/pull.ts';
import { pushVerb } from './commands/push.ts';
import { removeVerb } from './commands/remove.ts';
import { reproVerb } from './commands/repro.ts';
import { statusVerb } from './commands/status.ts';
import { updateVerb } from './commands/update.ts';
import { unprotectVerb } from './commands/unprotect.ts';
import { verifyVerb } from './commands/verify.ts';
import { PROFILE_FILE } from './globals.ts';
import { writeOut } from './io.ts';

/** Commands under one word. Their specs are loaded only where the line needs them: most lines name one command. */
interface Family {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<readonly AnyCommandSpec[]>;
}

type Entry = AnyCommandSpec | Family;

const stage: Family = {
  name: 'stage',
  summary: 'stages: list, show as mlo understands them, add, remove',
  load: async () => (await import('./commands/stage.ts')).STAGE_VERBS,
};
const remote: Family = {
  name: 'remote',
  summary: 'where data is shared: buckets and folders',
  load: async () => (await import('./commands/remote.ts')).REMOTE_VERBS,
};
const params: Family = {
  name: 'params',
  summary: 'show params, compare them with a revision',
  load: async () => (await import('./commands/params.ts')).PARAMS_VERBS,
};
const metrics: Family = {
  name: 'metrics',
  summary: 'show metrics, compare them with a revision',
  load: async () => (await import('./commands/metrics.ts')).METRICS_VERBS,
};
const plots: Family = {
  name: 'plots',
  summary: 'draw plots, compare them with revisions',
  load: async () => (await import('./commands/plots.ts')).PLOTS_VERBS,
};
const log: Family = {
  name: 'log',
  summary: 'log params, metrics and files to a run',
  load: async () => (await import('./commands/log.ts')).LOG_VERBS,
};
const runs: Family = {
  name: 'runs',
  summary: 'recorded runs: list, show, mark, delete, exchange',
  load: async () => (await import('./commands/runs/verbs.ts')).RUNS_VERBS,
};
const experiments: Family = {
  name: 'experiments',
  summary: 'names under which runs are kept together',
  load: async () => (await import('./commands/experiments.ts')).EXPERIMENTS_VERBS,
};
const artifacts: Family = {
  name: 'artifacts',
  summary: 'what runs keep: list, get, open',
  load: async () => (await import('./commands/artifacts.ts')).ARTIFACTS_VERBS,
};
const backend: Family = {
  name: 'backend',
  summary: 'TensorFlow backends: what is there, native, the default',
  load: async () => (await import('./commands/backend.ts')).BACKEND_VERBS,
};
const config: Family = {
  name: 'config',
  summary: 'read and write the configuration',
  load: async () => (await import('./commands/config.ts')).CONFIG_VERBS,
};

/** The commands as `mlo --help` groups them. */
const GROUPS: readonly (readonly [title: string, entries: readonly Entry[]])[] = [
  ['Start:', [initVerb, installVerb, doctorVerb]],
  ['Pipeline:', [reproVerb, statusVerb, dagVerb, stage, freezeVerb, unfreezeVerb, logsVerb]],
  [
    'Data:',
    [
      addVerb,
      checkoutVerb,
      commitVerb,
      diffVerb,
      lsVerb,
      duVerb,
      catVerb,
      mvVerb,
      removeVerb,
      unprotectVerb,
      checkIgnoreVerb,
      verifyVerb,
      gcVerb,
    ],
  ],
  ['Sharing:', [pushVerb, pullVerb, fetchVerb, remote, importVerb, importUrlVerb, updateVerb, getVerb]],
  ['Results:', [params, metrics, plots, log, runs, experiments, artifacts]],
  ['Settings:', [config, backend]],
];

const MAX_HELP_WIDTH = 100;

/** The command tree, and for each command the spec it was made from. */
export interface Program {
  readonly program: Command;
  readonly specs: ReadonlyMap<Command, AnyCommandSpec>;
}

/**
 * `runner` runs what the command line asks for; `print` gets help and version where that is what it asks for. `argv`: only the
 * families that this line needs get their commands; absent: all do.
 */
export async function buildProgram(runner: Runner, print = writeOut, argv?: readonly string[]): Promise<Program> {
  const program = rootCommand(print);
  const specs = new Map<Command, AnyCommandSpec>();
  const add = (parent: Command, spec: AnyCommandSpec): void => void specs.set(addCommand(parent, spec, runner), spec);
  for (const [title, entries] of GROUPS) {
    program.commandsGroup(title);
    for (const entry of entries) {
      if (!('load' in entry)) {
        add(program, entry);
        continue;
      }
      const family = addFamily(program, entry);
      if (isNeeded(entry, argv)) for (const spec of await entry.load()) add(family, spec);
    }
  }
  for (const spec of [mergeDriverVerb, textconvVerb, completeVerb]) add(program, spec);
  program.commandsGroup('Help:');
  add(program, helpVerb(program));
  add(program, explainVerb);
  add(program, completionVerb(program));
  return { program, specs };
}

/** Words of lines that are about all commands. */
const ALL_WORDS = ['help', '--help', '-h', 'completion'];

/** The line names it, wherever; help and completion are about everything. */
function isNeeded({ name }: Family, argv: readonly string[] | undefined): boolean {
  return argv === undefined || argv.length === 0 || argv.includes(name) || argv.some((word) => ALL_WORDS.includes(word));
}

/** Settings come first: commander copies them to each sub-command when it is made. */
function rootCommand(print: (text: string) => void): Command {
  const program = new Command('mlo');
  return program
    .exitOverride()
    .configureOutput({
      writeOut: print,
      // Only the help of a line without a command would go there; its error says how to get that.
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => Math.min(process.stdout.columns || MAX_HELP_WIDTH, MAX_HELP_WIDTH),
      getErrHelpWidth: () => MAX_HELP_WIDTH,
    })
    .configureHelp({ showGlobalOptions: true, optionDescription })
    .showSuggestionAfterError()
    .helpCommand(false)
    .helpOption('-h, --help', 'show this help')
    .version(packageJson.version, '-V, --version', 'print the version of mlo')
    .description('Versions data by content, runs pipelines and skips what has not changed, records every run.')
    .addOption(
      new Option('--json [format]', 'one JSON document on stdout; --json=stream: events, one a line')
        .choices(['document', 'stream'])
        .preset('document'),
    )
    .option('-q, --quiet', 'print results and errors only')
    .option('-v, --verbose', 'print more: unchanged stages, all output of stages, stacks of errors')
    .addOption(new Option('--color <when>', 'colours: auto, always or never').choices(['auto', 'always', 'never']))
    .option('--no-input', 'never ask, even on a terminal')
    .option('-C <dir>', 'act as if started in this folder')
    .addOption(
      new Option('--profile [file]', `write where the time goes as a Chrome trace (default: ${PROFILE_FILE})`).preset(PROFILE_FILE),
    )
    .addHelpText('after', '\nHelp topics:  mlo help exit-codes | errors | environment | config | search | from-dvc | from-mlflow');
}

/** Choices stand in the descriptions already. */
function optionDescription(option: Option): string {
  return option.defaultValue === undefined || option.negate
    ? option.description
    : `${option.description} (default: ${String(option.defaultValue)})`;
}

function addFamily(program: Command, { name, summary }: Family): Command {
  return program.command(name).summary(summary).description(summary).helpCommand(false);
}
