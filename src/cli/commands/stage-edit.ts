import { Option } from 'commander';
import type { OutDraft, StageDraft } from '../../core/pipeline/stage-definition.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { collect } from '../parse-values.ts';
import { given } from '../../core/given.ts';

interface AddFlags {
  readonly name: string;
  readonly deps?: readonly string[];
  readonly params?: readonly string[];
  readonly outs?: readonly string[];
  readonly outsNoCache?: readonly string[];
  readonly outsPersist?: readonly string[];
  readonly metrics?: readonly string[];
  readonly metricsNoCache?: readonly string[];
  readonly plots?: readonly string[];
  readonly plotsNoCache?: readonly string[];
  readonly module?: string;
  readonly wdir?: string;
  readonly desc?: string;
  readonly alwaysChanged?: boolean;
  readonly force?: boolean;
  readonly file?: string;
}

const fileOption = (): Option => new Option('--file <path>', 'pipeline file (default: pipeline.yaml or dvc.yaml in this folder)');

export const stageAddVerb = defineCommand({
  usage: 'add [command...]',
  summary: 'write a stage into the pipeline file',
  details:
    'The command comes last, after --; one word is taken as it is (quotes around all of it), several are quoted where they need to be. Comments and layout of the file stay, ' +
    'and nothing is written unless the pipeline is whole with the stage in it.',
  examples: [
    ['mlo stage add -n train -d train.py -d data.csv -p lr,epochs -o model.h5 -m metrics.json -- python train.py', 'a command'],
    ["mlo stage add -n stats -d data.csv -o stats.txt 'sort data.csv | uniq -c > stats.txt'", 'a command for the shell'],
    [
      'mlo stage add -n train --module stages/train.ts -d data.csv -o model --force',
      'a TypeScript module, in place of the stage that is there',
    ],
  ],
  options: [
    new Option('-n, --name <name>', 'name of the stage').makeOptionMandatory(),
    new Option('-d, --deps <path>', 'what it reads (can be repeated, like all of these)').argParser(collect),
    new Option('-p, --params <keys>', 'params: lr,epochs of params.yaml; other.json:lr; other.yaml: for a whole file').argParser(collect),
    new Option('-o, --outs <path>', 'what it writes').argParser(collect),
    new Option('-O, --outs-no-cache <path>', 'what it writes and the cache does not keep').argParser(collect),
    new Option('--outs-persist <path>', 'what it writes and finds again when it runs the next time').argParser(collect),
    new Option('-m, --metrics <path>', 'a file of metrics').argParser(collect),
    new Option('-M, --metrics-no-cache <path>', 'a file of metrics that Git keeps').argParser(collect),
    new Option('--plots <path>', 'a file of plots').argParser(collect),
    new Option('--plots-no-cache <path>', 'a file of plots that Git keeps').argParser(collect),
    new Option('--module <path>', 'a TypeScript or JavaScript stage instead of a command'),
    new Option('-w, --wdir <path>', 'folder of the command and of all paths'),
    new Option('--desc <text>', 'what it is for'),
    new Option('--always-changed', 'run it each time'),
    new Option('-f, --force', 'replace a stage of that name'),
    fileOption(),
  ],
  json: [['file, stages, definition', 'the pipeline file, the name of the stage in a list, and what was written']],
  writes: true,
  async run({ context, style }: Invocation, flags: AddFlags, words: readonly string[]): Promise<Outcome> {
    const { stageAdd } = await import('../../app/edit-stages.ts');
    const { name } = flags;
    const data = await stageAdd(context, {
      name,
      draft: draftOf(flags, words),
      force: flags.force === true,
      ...given({ file: flags.file }),
    });
    return {
      data,
      lines: [`${style.green(style.glyphs.done)} ${data.file}: stage '${name}'`],
      hint: `mlo repro ${shellWord(name)}`,
    };
  },
});

export const stageRemoveVerb = defineCommand({
  usage: 'remove <stages...>',
  summary: 'take stages out of the pipeline file; their outs stay where they are',
  examples: [
    ['mlo stage remove train', 'a stage of the pipeline file here'],
    ['mlo stage remove build --file sub/pipeline.yaml', 'all that a foreach or matrix makes goes with its definition'],
  ],
  options: [fileOption()],
  json: [['file, stages', 'the pipeline file, and what was taken out']],
  writes: true,
  async run({ context, style }: Invocation, flags: { readonly file?: string }, names: readonly string[]): Promise<Outcome> {
    const { stageRemove } = await import('../../app/edit-stages.ts');
    const data = await stageRemove(context, names, flags.file);
    return { data, lines: data.stages.map((name) => `${style.green(style.glyphs.done)} ${data.file}: without stage '${name}'`) };
  },
});

function draftOf(flags: AddFlags, words: readonly string[]): StageDraft {
  const outs = (paths: readonly string[] | undefined, kind: OutDraft['kind'], rest: Partial<OutDraft> = {}): readonly OutDraft[] =>
    (paths ?? []).map((path) => ({ path, kind, cache: true, persist: false, ...rest }));
  return {
    action: actionOf(flags, words),
    deps: flags.deps ?? [],
    params: flags.params ?? [],
    outs: [
      ...outs(flags.outs, 'outs'),
      ...outs(flags.outsNoCache, 'outs', { cache: false }),
      ...outs(flags.outsPersist, 'outs', { persist: true }),
      ...outs(flags.metrics, 'metrics'),
      ...outs(flags.metricsNoCache, 'metrics', { cache: false }),
      ...outs(flags.plots, 'plots'),
      ...outs(flags.plotsNoCache, 'plots', { cache: false }),
    ],
    alwaysChanged: flags.alwaysChanged === true,
    ...given({ wdir: flags.wdir, desc: flags.desc }),
  };
}

function actionOf({ module }: AddFlags, words: readonly string[]): StageDraft['action'] {
  if (module !== undefined && words.length === 0) return { run: module };
  const [first] = words;
  if (module !== undefined || first === undefined) {
    throw new MloError('MLO_USAGE', module === undefined ? 'A stage needs a command' : 'A stage has either a command or --module', {
      hint: 'mlo stage add -n NAME … -- python train.py',
    });
  }
  return { cmd: words.length === 1 ? first : words.map(quotedWhereNeeded).join(' ') };
}

/** Options stay as they are, unlike in `shellWord`: they are meant as options. */
function quotedWhereNeeded(word: string): string {
  return /^-[\w./@%+=:,-]*$/.test(word) ? word : shellWord(word);
}
