import { isDeepStrictEqual } from 'node:util';
import { test } from 'vitest';
import { MloError, type Problem } from '../../../src/core/errors/mlo-error.ts';
import { parseConfigFile } from '../../../src/core/config/parse.ts';
import { parseRemotes } from '../../../src/core/config/remotes.ts';
import { setFrozenInText } from '../../../src/core/params/set-frozen.ts';
import { setParamInText } from '../../../src/core/params/set.ts';
import { parseParamsText } from '../../../src/core/params/parse.ts';
import { parseMetricsText } from '../../../src/core/metrics/parse.ts';
import { parseMetricLine } from '../../../src/core/metrics/metric-line.ts';
import { parseTable } from '../../../src/core/plots/parse-table.ts';
import { canonicalJson } from '../../../src/core/encoding/canonical-json.ts';
import { load } from '../../unit/pipeline/pipeline-files.ts';
import { fuzz, mustBeSafe } from './fuzz.ts';
import { GOLDEN_TEXT } from './golden.ts';
import { mutateText } from './mutate.ts';

test('pipeline files, with params that their templates take', async () => {
  for (const [file, stage, key] of [
    ['pipeline.yaml', 'two', 'stages.two.do.seed'],
    ['dvc.yaml', 'train', 'stages.train.cmd'],
  ] as const) {
    await fuzz({
      suite: file,
      goldens: [GOLDEN_TEXT[file]],
      mutate: mutateText,
      read(text) {
        const { pipeline } = toldWhere(() => load({ [file]: text, 'params.yaml': GOLDEN_TEXT['params.yaml'] }));
        for (const { outs } of pipeline.stages) for (const { path } of outs) mustBeSafe(path);
        if (!isDeepStrictEqual(JSON.parse(JSON.stringify(pipeline)), pipeline)) throw new Error('a pipeline that JSON cannot hold');
      },
    });
    await fuzz({
      suite: `${file}, edited`,
      goldens: [GOLDEN_TEXT[file]],
      mutate: mutateText,
      read(text) {
        setParamInText(file, text, key, '7');
        setFrozenInText(file, text, stage, true);
      },
    });
  }
});

/** The result; an error without problems that have a place is one of ours. */
function toldWhere<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    const isPlaced = ({ line, column, source }: Problem): boolean =>
      (line ?? 0) > 0 && (source === undefined || (column ?? 0) <= source.length + 1);
    if (error.problems.length === 0 || !error.problems.every(isPlaced)) throw new Error('a problem without its place', { cause: error });
    throw error;
  }
}

test.each(['params.yaml', 'params.json', 'params.toml'] as const)('%s, read and edited', async (file) => {
  await fuzz({
    suite: file,
    goldens: [GOLDEN_TEXT[file]],
    mutate: mutateText,
    read(text) {
      canonicalJson(parseParamsText(file, text), 2);
      setParamInText(file, text, 'seed', '7');
    },
  });
});

test('configuration', async () => {
  await fuzz({
    suite: 'config.yaml',
    goldens: [GOLDEN_TEXT['config.yaml']],
    mutate: mutateText,
    read(text) {
      const { problems } = parseConfigFile('.mlo/config.yaml', text);
      for (const { message } of problems) if (message === '') throw new Error('a problem without words');
      parseRemotes('.mlo/config.yaml', text, true);
    },
  });
});

test.each(['metrics.json', 'metrics.yaml'] as const)('%s', async (file) => {
  await fuzz({ suite: file, goldens: [GOLDEN_TEXT[file]], mutate: mutateText, read: (text) => parseMetricsText(file, text) });
});

test('lines of metrics that a program prints', async () => {
  await fuzz({
    suite: 'metric line',
    goldens: ['loss 0.25 3', '{"loss": 0.25, "acc": "nan", "step": 3}'],
    mutate: mutateText,
    read: parseMetricLine,
  });
});

test.each(['plot.csv', 'plot.tsv', 'plot.json', 'plot.yaml'] as const)('%s', async (file) => {
  await fuzz({
    suite: file,
    goldens: [GOLDEN_TEXT[file]],
    mutate: mutateText,
    async read(text) {
      const table = await parseTable(file, text, { header: true, wanted: ['step', 'loss'] });
      for (const name of table.names.slice(0, 10)) table.cells(name);
      table.problemAt(0, table.names[0] ?? '', 'wrong');
    },
  });
});
