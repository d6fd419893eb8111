import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../../command.ts';

export const runsCompareVerb = defineCommand({
  usage: 'compare [ids...]',
  summary: 'show what differs between runs: params, metrics, data, code, environment',
  details: `Without ids, the two newest runs. Of a repro, what its stages were given and found counts, also of those that it took
over unchanged. Changes of metrics are against the first run; the best value is marked with *, where the name of the metric says
what is better (loss, error, …: less; accuracy, f1, …: more), or metrics.higher and metrics.lower of the configuration do.
Of two runs, files that differ between their commits and in their data are told, too.`,
  examples: [
    ['mlo runs compare', 'the newest run against the one before'],
    ['mlo runs compare 4f1a 77b0 --all', 'two runs with what is equal, too'],
  ],
  options: [new Option('-a, --all', 'what is equal in all of them, too')],
  json: [
    ['runs', 'the runs in the order given'],
    ['rows', '{section, key, values, differs, deltas?, best?}: a value for each run, null where it has none; deltas against the first'],
    ['equal', 'how many rows are left out because all runs have the same'],
    ['code?', 'of two runs: files that differ between their commits'],
    ['data?', 'of two runs: inputs in different versions, with counts of changed files'],
  ],
  async run({ context, style }: Invocation, { all }: { readonly all?: boolean }, ids: readonly string[]): Promise<Outcome> {
    const { runsCompare } = await import('../../../app/runs/compare.ts');
    const data = await runsCompare(context, { ids, all: all === true });
    const { runsCompareLines } = await import('../../../ui/render/runs-compare.ts');
    return { data, lines: runsCompareLines(data, style, Date.now()) };
  },
});
