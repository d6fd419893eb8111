import { describe, expect, it } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { parseFilter } from '../../../src/core/search/parse-filter.ts';
import { parseColumns, parseOrder } from '../../../src/core/search/parse-order.ts';
import { printFilter } from '../../../src/core/search/print.ts';

/** The filter as it is understood, printed. */
function read(text: string): string {
  const filter = parseFilter(text);
  return filter === undefined ? '' : printFilter(filter);
}

/** What the error says, its hint, and what stands at its caret. */
function errorOf(parse: () => unknown): { message: string; hint: string | undefined; at: string } {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    expect(error.code).toBe('MLO_FILTER');
    const [problem] = error.problems;
    return { message: error.message, hint: error.hint, at: (problem?.source ?? '').slice((problem?.column ?? 0) - 1) };
  }
  throw new Error('nothing was refused');
}

describe('a filter', () => {
  it.each([
    ['', ''],
    ['  \n ', ''],
    ['metrics.acc > 0.9', 'metrics.acc > 0.9'],
    ["metric.acc>=1e-3 and PARAMS.x='a'".replace('PARAMS', 'param'), "metrics.acc >= 0.001 AND params.x = 'a'"],
    ['metrics."val acc" = -inf', 'metrics."val acc" = -inf'],
    ['metrics.`val acc` < +.5', 'metrics."val acc" < 0.5'],
    ['tags.mlflow.parentRunId = "abc"', "tags.mlflow.parentRunId = 'abc'"],
    ["parameters.m LIKE 'it''s%'", "params.m LIKE 'it''s%'"],
    ['tags."say ""hi""" ilike "x"', 'tags."say ""hi""" ILIKE \'x\''],
    ["attributes.run_name = 'a' AND attr.status != 'finished'", "name = 'a' AND status != 'FINISHED'"],
    ["\"Run Name\" = 'a' OR run.`run name` = 'b'", "name = 'a' OR name = 'b'"],
    ["run_id NOT IN ('ABCD12', 'ef01')", "run_id NOT IN ('abcd12', 'ef01')"],
    ['created > 1700000000000', 'start_time > 1700000000000'],
    ["dataset.context = 'train' AND datasets.digest LIKE 'a%'", "datasets.context = 'train' AND datasets.digest LIKE 'a%'"],
    ["data.data/raw/iris.csv = '3fa2'", "data.data/raw/iris.csv = '3fa2'"],
    ["git.commit = 'abcd' AND git.dirty = FALSE", "git.commit = 'abcd' AND git.dirty = false"],
    ['params.a = 1 OR params.b = 2 AND NOT params.c = 3', 'params.a = 1 OR (params.b = 2 AND NOT params.c = 3)'],
    ['(params.a = 1 OR params.b = 2) AND params.c = 3', '(params.a = 1 OR params.b = 2) AND params.c = 3'],
    ['NOT NOT (params.a IS NULL)', 'NOT NOT params.a IS NULL'],
    [
      'min(metrics.loss) < 1 AND MAX(metrics."a b") > 2 AND last(metrics.x) = 3',
      'min(metrics.loss) < 1 AND max(metrics."a b") > 2 AND metrics.x = 3',
    ],
    ['points(metrics.loss) > 100', 'points(metrics.loss) > 100'],
    ['metrics.min = 1 AND metrics.x.max = 2', 'metrics.min = 1 AND metrics.x.max = 2'],
    ['metrics.loss IS NAN OR metrics.loss IS NOT NAN', 'metrics.loss IS NAN OR metrics.loss IS NOT NAN'],
    ['params.flag = true', 'params.flag = true'],
    ["params.x IN (1, 'a', 2.5)", "params.x IN (1, 'a', 2.5)"],
    ["start_time > '7d ago' AND duration < '1h 30m'", "start_time > '7d ago' AND duration < '1h 30m'"],
    ["params.größe = 'ä'", "params.größe = 'ä'"],
  ])('%j is read as %j', (text, understood) => {
    expect(read(text)).toBe(understood);
  });

  it.each([
    ['metrics.acc >', "Expected a value: 0.5, 'text', true, but the filter ends", undefined, ''],
    ['metrics.acc > 0.9 AND', 'Expected a name such as metrics.acc, params.lr or stage, but the filter ends', undefined, ''],
    ['metrics.acc > 0.9 params.lr = 1', 'Expected AND, OR or the end, but found params.lr', undefined, 'params.lr = 1'],
    ['(metrics.acc > 0.9', 'Expected ) or AND or OR, but the filter ends', undefined, ''],
    ['metrics.acc > 0.9)', 'Expected AND, OR or the end, but found )', 'There is no ( for this )', ')'],
    ["metrics.acc > '0.9'", 'Expected a number', 'Metrics are numbers: write them without quotes', "'0.9'"],
    ['metrics.acc > nan', "Expected a value: 0.5, 'text', true, but found nan", 'No comparison holds for NaN: write IS NAN', 'nan'],
    ["metrics.acc LIKE 'a'", 'A metric cannot be compared by LIKE', 'Use = != > >= < <=', "LIKE 'a'"],
    ["params.lr > '0.1'", '> compares a param with a number', 'Write the number without quotes', "'0.1'"],
    ['tags.x > 1', 'Text cannot be compared by >', 'Use = != LIKE ILIKE or IN', '> 1'],
    ['tags.x = 1', 'Expected a text in quotes', "Write '1'", '1'],
    ['metric.acc == 1', 'There is no operator ==', 'Did you mean =?', '== 1'],
    ['metrics.acc <> 1', 'There is no operator <>', 'Did you mean !=?', '<> 1'],
    ['metrcs.acc > 1', 'There is nothing called "metrcs"', 'Did you mean metrics?', 'metrcs.acc > 1'],
    ["statsu = 'FINISHED'", 'A run has no attribute "statsu"', 'Did you mean status?', "statsu = 'FINISHED'"],
    [
      "attributes.artifact_url = 'x'",
      'A run has no attribute "artifact_url"',
      'Write metrics.artifact_url, params.artifact_url or tags.artifact_url for what was logged under that name',
      "artifact_url = 'x'",
    ],
    ["git.comit = 'abcd'", 'A run has no attribute "git.comit"', 'Did you mean git.commit?', "git.comit = 'abcd'"],
    ["datasets.nam = 'a'", 'A dataset has no "nam"', 'Did you mean name?', "nam = 'a'"],
    ["status = 'RUNING'", 'There is no status "RUNING"', 'Did you mean RUNNING?', "'RUNING'"],
    ["git.commit = 'abc'", 'Expected at least 4 characters of an id or digest', undefined, "'abc'"],
    ["params.x IN ('a' 'b')", "Expected ) or ,, but found 'b'", undefined, "'b')"],
    ["params.x IN 'a'", "Expected ( after IN, but found 'a'", "params.model IN ('small', 'large')", "'a'"],
    ['params.x NOT = 1', 'Expected LIKE, ILIKE or IN after NOT, but found =', undefined, '= 1'],
    ['params.x IS 1', 'Expected NULL or NAN, but found 1', undefined, '1'],
    [
      'params.x BETWEEN 1 AND 2',
      'Expected an operator, but found BETWEEN',
      'Instead of BETWEEN write: field >= 1 AND field <= 2',
      'BETWEEN 1 AND 2',
    ],
    ["params.x = 'abc", "The quote ' is not closed", undefined, "'abc"],
    ["params.'x' = 1", 'A name stands in double quotes or backticks', 'params."x"', "'x' = 1"],
    ['params.a"b" = 1', 'A quote inside a name', 'Quote all of the name: params."ab"', '"b" = 1'],
    ['params. = 1', 'Expected a name after "params."', 'params."name"', ' = 1'],
    ['avg(metrics.x) > 1', 'There is no function "avg"', 'Known are last, min, max, points', 'avg(metrics.x) > 1'],
    ['point(metrics.x) > 1', 'There is no function "point"', 'Did you mean points?', 'point(metrics.x) > 1'],
    ['min(params.x) > 1', 'min() takes a metric', 'min(metrics.loss)', 'params.x) > 1'],
    ['min(metrics.x) IS NAN', 'Only the value of a metric can be NaN', 'metrics.loss IS NAN', 'IS NAN'],
    ['params.x = foo', "Expected a value: 0.5, 'text', true, but found foo", "Write 'foo' in quotes", 'foo'],
    ["start_time > 'lately'", 'Expected a time', expect.stringContaining('7d ago'), "'lately'"],
    ["start_time > '2026-02-30'", 'Expected a time', expect.anything(), "'2026-02-30'"],
    ["duration > 'long'", 'Expected a duration', expect.stringContaining('90s'), "'long'"],
    ["git.dirty = 'yes'", 'Expected true or false', undefined, "'yes'"],
    ['params.x = 1; DROP TABLE runs', '";" means nothing here', expect.anything(), '; DROP TABLE runs'],
    ['params.x = 1 AND\n  params.y > > 2', "Expected a value: 0.5, 'text', true, but found >", undefined, '> 2'],
    ["__proto__.x = 'a'", 'There is nothing called "__proto__"', expect.anything(), "__proto__.x = 'a'"],
    ["constructor = 'a'", 'A run has no attribute "constructor"', expect.anything(), "constructor = 'a'"],
  ])('%j is refused: %s', (text, message, hint, at) => {
    expect(errorOf(() => parseFilter(text))).toEqual({ message, hint: hint ?? 'mlo help search', at });
  });

  it.each([
    'metrics.rmse < 1 and params.model = "tree"',
    'tags."mlflow.source.type" = "NOTEBOOK"',
    "params.`my param` != 'x'",
    'metric.`m-1` != 3',
    'metrics."a.b c" >= -1.5',
    "dataset.name = 'x' and dataset.context LIKE '%train%'",
    "datasets.digest IN ('s8ds293b', 'jks834s2')",
    'attributes.start_time >= 1664067852747',
    "attribute.run_id IN ('a1b2c3', 'deadbeef')",
    "run_id NOT IN ('abcd1234')",
    "tags.mlflow.parentRunId = 'abc'",
    "run_name ilike '%x%'",
    'attributes."Run Name" = \'a\'',
    '"run name" LIKE \'a%\'',
    "run.status = 'RUNNING'",
    "attr.user_id = 'me'",
    'created > 5',
    "parameters.x ILIKE 'A%' AND param.y LIKE 'b_'",
    'metrics.m = 1e-5',
    'metrics.m=1 AND metrics.n>2',
    'params.x = "it\'s"',
    'params.x = \'say "hi"\'',
    'end_time < 100',
    "params.lr = '0.1'",
    'tag.x IS NULL',
    'params.y IS NOT NULL',
  ])('which MLflow 3.17 takes is taken: %s', (text) => {
    expect(parseFilter(text)).toBeDefined();
  });

  it('names the line of a longer text', () => {
    const parse = (): unknown => parseFilter("stage = 'a'\nAND stagee = 'b'");
    expect(parse).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ file: 'filter', line: 2, column: 5, source: "AND stagee = 'b'" })] }),
    );
  });

  it('may be long and nested, within limits that an error names', () => {
    const many = (count: number): string => Array.from({ length: count }, (_, index) => `params.p${index} = 1`).join(' OR ');
    expect(parseFilter(many(500))).toMatchObject({ kind: 'or' });
    expect(errorOf(() => parseFilter(many(501))).message).toBe('A filter has at most 500 conditions');
    const nested = (depth: number): string => `${'('.repeat(depth)}stage = 'a'${')'.repeat(depth)}`;
    expect(read(nested(100))).toBe("stage = 'a'");
    expect(errorOf(() => parseFilter(nested(10_000))).message).toMatch(/more than 100 deep/);
    expect(errorOf(() => parseFilter(`${'NOT '.repeat(10_000)}stage = 'a'`)).message).toMatch(/more than 100 deep/);
    expect(errorOf(() => parseFilter(`params.x IN (${Array.from({ length: 5_001 }, () => '1').join(',')})`)).message).toMatch(
      /at most 5000 values/,
    );
    expect(errorOf(() => parseFilter(`tags.x LIKE '${'a'.repeat(10_001)}'`)).message).toMatch(/at most 10000 characters/);
  });
});

describe('an order', () => {
  it('is a list of fields, ascending where nothing is said', () => {
    expect(parseOrder('')).toEqual([]);
    expect(parseOrder('metrics.acc DESC, params.lr asc , min(metrics.loss), start_time')).toEqual([
      { field: { kind: 'metric', name: 'acc', of: 'last' }, descending: true },
      { field: { kind: 'param', name: 'lr' }, descending: false },
      { field: { kind: 'metric', name: 'loss', of: 'min' }, descending: false },
      { field: { kind: 'attribute', name: 'start_time' }, descending: false },
    ]);
  });

  it.each([
    ['metrics.acc DOWN', 'Expected ASC, DESC, a comma or the end, but found DOWN', 'DOWN'],
    ['metrics.acc,', 'Expected a name such as metrics.acc, params.lr or stage, but the order ends', ''],
    ['datasets.name', 'A run may have several datasets: they give no order', 'datasets.name'],
  ])('%j is refused: %s', (text, message, at) => {
    expect(errorOf(() => parseOrder(text))).toMatchObject({ message, at });
  });
});

it('columns are a list of fields', () => {
  expect(parseColumns('params.lr, duration')).toEqual([
    { kind: 'param', name: 'lr' },
    { kind: 'attribute', name: 'duration' },
  ]);
  expect(errorOf(() => parseColumns('params.lr duration'))).toMatchObject({ message: 'Expected a comma or the end, but found duration' });
});
