import { Command, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addCommand, type AnyCommandSpec, type Runner } from './command.ts';
import { addVerb } from './commands/add.ts';
import { artifactsGetVerb, artifactsListVerb, artifactsOpenVerb } from './commands/artifacts.ts';
import { catVerb } from './commands/cat.ts';
import { checkIgnoreVerb } from './commands/check-ignore.ts';
import { checkoutVerb } from './commands/checkout.ts';
import { commitVerb } from './commands/commit.ts';
import { configGetVerb, configListVerb, configSetVerb, configUnsetVerb } from './commands/config.ts';
import { dagVerb } from './commands/dag.ts';
import { diffVerb } from './commands/diff.ts';
import { doctorVerb } from './commands/doctor.ts';
import { duVerb } from './commands/du.ts';
import {
  experimentsCreateVerb,
  experimentsDeleteVerb,
  experimentsListVerb,
  experimentsRenameVerb,
  experimentsRestoreVerb,
  experimentsTagVerb,
} from './commands/experiments.ts';
import { freezeVerb, unfreezeVerb } from './commands/freeze.ts';
import { mergeDriverVerb, textconvVerb } from './commands/git-drivers.ts';
import { gcVerb } from './commands/gc.ts';
import { helpVerb } from './commands/help.ts';
import { initVerb } from './commands/init.ts';
import { installVerb } from './commands/install.ts';
import { LOG_VERBS } from './commands/log.ts';
import { logsVerb } from './commands/logs.ts';
import { lsVerb } from './commands/ls.ts';
import { metricsDiffVerb, metricsShowVerb } from './commands/metrics.ts';
import { mvVerb } from './commands/mv.ts';
import { paramsDiffVerb, paramsShowVerb } from './commands/params.ts';
import { plotsDiffVerb, plotsShowVerb } from './commands/plots.ts';
import { fetchVerb, pullVerb } from './commands/pull.ts';
import { pushVerb } from './commands/push.ts';
import {
  remoteAddVerb,
  remoteCheckVerb,
  remoteDefaultVerb,
  remoteListVerb,
  remoteModifyVerb,
  remoteRemoveVerb,
  remoteRenameVerb,
  remoteShowVerb,
} from './commands/remote.ts';
import { removeVerb } from './commands/remove.ts';
import { reproVerb } from './commands/repro.ts';
import { runsListVerb, runsShowVerb } from './commands/runs.ts';
import { runsCompareVerb } from './commands/runs/compare.ts';
import { runsWatchVerb } from './commands/runs/watch.ts';
import { runsSearchVerb } from './commands/runs/search.ts';
import { stageListVerb, stageShowVerb } from './commands/stage.ts';
import { runsExportVerb, runsImportVerb } from './commands/runs/exchange.ts';
import { runsDeleteVerb, runsPurgeVerb, runsRestoreVerb } from './commands/runs/lifecycle.ts';
import { runsNoteVerb, runsRenameVerb, runsTagVerb } from './commands/runs/marks.ts';
import { statusVerb } from './commands/status.ts';
import { unprotectVerb } from './commands/unprotect.ts';
import { verifyVerb } from './commands/verify.ts';
import { PROFILE_FILE } from './globals.ts';
import { writeOut } from './io.ts';

interface Family {
  readonly name: string;
  readonly summary: string;
  readonly verbs: readonly AnyCommandSpec[];
}

type Entry = AnyCommandSpec | Family;

/** The commands as `mlo --help` groups them. */
const GROUPS: readonly (readonly [title: string, entries: readonly Entry[]])[] = [
  ['Start:', [initVerb, installVerb, doctorVerb]],
  [
    'Pipeline:',
    [
      reproVerb,
      statusVerb,
      dagVerb,
      { name: 'stage', summary: 'list stages, show one as mlo understands it', verbs: [stageListVerb, stageShowVerb] },
      freezeVerb,
      unfreezeVerb,
      logsVerb,
    ],
  ],
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
  [
    'Sharing:',
    [
      pushVerb,
      pullVerb,
      fetchVerb,
      {
        name: 'remote',
        summary: 'where data is shared: buckets and folders',
        verbs: [
          remoteAddVerb,
          remoteListVerb,
          remoteShowVerb,
          remoteModifyVerb,
          remoteDefaultVerb,
          remoteRemoveVerb,
          remoteRenameVerb,
          remoteCheckVerb,
        ],
      },
    ],
  ],
  [
    'Results:',
    [
      { name: 'params', summary: 'show params, compare them with a revision', verbs: [paramsShowVerb, paramsDiffVerb] },
      { name: 'metrics', summary: 'show metrics, compare them with a revision', verbs: [metricsShowVerb, metricsDiffVerb] },
      { name: 'plots', summary: 'draw plots, compare them with revisions', verbs: [plotsShowVerb, plotsDiffVerb] },
      { name: 'log', summary: 'log params, metrics and files to a run', verbs: LOG_VERBS },
      {
        name: 'runs',
        summary: 'recorded runs: list, show, mark, delete, exchange',
        verbs: [
          runsListVerb,
          runsShowVerb,
          runsSearchVerb,
          runsCompareVerb,
          runsWatchVerb,
          runsTagVerb,
          runsNoteVerb,
          runsRenameVerb,
          runsDeleteVerb,
          runsRestoreVerb,
          runsPurgeVerb,
          runsExportVerb,
          runsImportVerb,
        ],
      },
      {
        name: 'experiments',
        summary: 'names under which runs are kept together',
        verbs: [
          experimentsListVerb,
          experimentsCreateVerb,
          experimentsRenameVerb,
          experimentsTagVerb,
          experimentsDeleteVerb,
          experimentsRestoreVerb,
        ],
      },
      { name: 'artifacts', summary: 'what runs keep: list, get, open', verbs: [artifactsListVerb, artifactsGetVerb, artifactsOpenVerb] },
    ],
  ],
  [
    'Settings:',
    [
      {
        name: 'config',
        summary: 'read and write the configuration',
        verbs: [configListVerb, configGetVerb, configSetVerb, configUnsetVerb],
      },
    ],
  ],
];

const MAX_HELP_WIDTH = 100;

/** The command tree, and for each command the spec it was made from. */
export interface Program {
  readonly program: Command;
  readonly specs: ReadonlyMap<Command, AnyCommandSpec>;
}

/** `runner` runs what the command line asks for; `print` gets help and version where that is what it asks for. */
export function buildProgram(runner: Runner, print = writeOut): Program {
  const program = rootCommand(print);
  const specs = new Map<Command, AnyCommandSpec>();
  const add = (parent: Command, spec: AnyCommandSpec): void => void specs.set(addCommand(parent, spec, runner), spec);
  for (const [title, entries] of GROUPS) {
    program.commandsGroup(title);
    for (const entry of entries) {
      const parent = 'verbs' in entry ? addFamily(program, entry) : program;
      for (const spec of 'verbs' in entry ? entry.verbs : [entry]) add(parent, spec);
    }
  }
  for (const spec of [mergeDriverVerb, textconvVerb]) add(program, spec);
  program.commandsGroup('Help:');
  add(program, helpVerb(program));
  return { program, specs };
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
    .addHelpText('after', '\nHelp topics:  mlo help exit-codes | errors | environment | config | search');
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
