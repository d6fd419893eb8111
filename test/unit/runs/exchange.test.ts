import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import type { Tracking } from '../../../src/tracking/types.ts';
import { createHasher } from '../../../src/fs/hash.ts';
import { file, newRun, point, runId } from '../../contract/tracking/records.ts';
import { contentsOf, exported, imported, openStore } from './stores.ts';

const GOLDEN = readFileSync(new URL('../../golden/run-1.jsonl', import.meta.url), 'utf8');

/** The run of the golden file: something of everything. */
function goldenStore(): Tracking {
  let clock = 1_000;
  const store = openStore({ now: () => clock });
  store.experiments.create('iris', new Map([['owner', 'anna']]));
  clock = 2_000;
  store.startRun(newRun('aa01', { name: 'repro', experiment: 'iris', startedMs: 2_000 }));
  store.startRun({
    ...newRun('bb01', { name: 'train', parentId: runId('aa01'), stage: 'train', startedMs: 2_100, command: 'python train.py' }),
    git: { commit: 'c'.repeat(40), branch: 'main', dirty: true },
    params: { lr: 0.01, layers: [16, 3], missing: Number.NaN, big: 12_345_678_901_234_567_890n, note: 'ünïcödé "quoted"' },
    tags: { 'mlo.node': 'v24' },
  });
  store.logMetrics(runId('bb01'), [point('loss', 0.7, 0, 2_200), point('loss', Number.NaN, 1, 2_300), point('loss', -Infinity, 2, 2_400)]);
  store.logArtifact(runId('bb01'), 'model', { ...file('a'), kind: 'tree', files: 2 });
  store.logInputs(runId('bb01'), [
    { name: 'data', digest: 'd'.repeat(64), context: 'train', kind: 'file', size: 7, sourceType: 'mlo', source: 'data' },
  ]);
  store.logModel(runId('bb01'), {
    id: `m-${'e'.repeat(32)}`,
    name: 'net',
    path: 'model',
    modelType: 'tfjs-layers',
    status: 'READY',
    createdMs: 2_500,
  });
  store.linkStages(runId('bb01'), [{ stage: 'load', outcome: 'unchanged', producerRunId: runId('cc') }]);
  store.flush();
  clock = 3_000;
  store.finishRun(runId('bb01'), { status: 'FINISHED', endedMs: 3_000 });
  store.edits.setTags('bb01', new Map([['stage', 'x']]));
  clock = 4_000;
  store.edits.setTags('bb01', new Map([['stage', null]]));
  store.edits.rename('bb01', 'train it');
  return store;
}

async function errorFrom(work: Promise<unknown>): Promise<MloError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MloError)) throw new Error(`no MloError was thrown but ${String(error)}`);
  return error;
}

/** The text with other lines and an end that fits them. */
function withLines(text: string, change: (lines: string[]) => readonly string[]): string {
  const lines = change(text.trimEnd().split('\n').slice(0, -1)).map((line) => `${line}\n`);
  const hasher = createHasher();
  for (const line of lines) hasher.update(Buffer.from(line));
  return `${lines.join('')}{"type":"end","lines":${lines.length},"blake3":"${hasher.digest()}"}\n`;
}

describe('the export of a run', () => {
  it('is the golden file, to the byte', () => {
    const store = goldenStore();
    expect(exported(store, runId('bb01'))).toBe(GOLDEN);
    store.close();
  });

  it('comes back from another store as it was', async () => {
    const store = openStore();
    expect(await imported(store, GOLDEN)).toEqual([expect.objectContaining({ outcome: 'added', waitsFor: runId('aa01'), conflicts: [] })]);
    expect(exported(store, runId('bb01'))).toBe(GOLDEN);
    expect(store.get('bb01')).toMatchObject({ name: 'train it', experiment: 'iris', parentId: runId('aa01'), tags: { 'mlo.node': 'v24' } });
    expect(store.get('bb01').params['big']).toBe(12_345_678_901_234_567_890n);
    expect((await imported(store, GOLDEN))[0]?.outcome).toBe('unchanged');
    store.close();
  });

  it('holds at most 8,000 points a line, in order, however they were logged', async () => {
    const store = openStore();
    store.startRun(newRun('aa01'));
    const count = 20_001;
    const steps = Float64Array.from({ length: count }, (_, at) => count - at);
    store.logBatches(runId('aa01'), [{ name: 'x', steps, timestampsMs: steps, values: steps }]);
    const lines = exported(store, runId('aa01'))
      .split('\n')
      .filter((line) => line.includes('"metric"'));
    const read = lines.map((line) => (JSON.parse(line) as { steps: number[] }).steps);
    expect(read.map(({ length }) => length)).toEqual([8_000, 8_000, 4_001]);
    expect(read.flat()).toEqual(Array.from({ length: count }, (_, at) => at + 1));
    store.close();
  });

  it('selects runs with all below them, and by when something of them changed', () => {
    let clock = 10_000;
    const store = openStore({ now: () => clock });
    for (const [start, parent] of [
      ['aa01', undefined],
      ['bb01', 'aa01'],
      ['cc01', 'bb01'],
      ['dd01', undefined],
    ] as const) {
      store.startRun(newRun(start, { startedMs: 5_000, ...(parent === undefined ? {} : { parentId: runId(parent) }) }));
      store.finishRun(runId(start), { status: 'FINISHED', endedMs: 6_000 });
    }
    store.flush();
    expect(store.exchange.select({ ids: ['bb01'] })).toEqual([runId('bb01'), runId('cc01')]);
    expect(store.exchange.select({ all: true })).toHaveLength(4);
    clock = 50_000;
    store.edits.setTags('cc01', new Map([['k', 'v']]));
    store.edits.delete(['dd01']);
    expect(store.exchange.select({ sinceMs: 40_000 })).toEqual([runId('cc01'), runId('dd01')]);
    store.close();
  });

  it('selects what was logged to since, also after its end, here or where it was imported', async () => {
    const input = { name: 'data', digest: 'd'.repeat(64), context: '', sourceType: 'mlo', source: 'data' };
    const logs: readonly ((store: Tracking, id: string) => void)[] = [
      (store, id) => store.logParams(id, { lr: 1 }),
      (store, id) => store.logInputs(id, [input]),
      (store, id) => store.logMetrics(id, [point('loss', 1, 0, 50_000)]),
      // A step that was left out, with the time that it had.
      (store, id) => store.logMetrics(id, [point('loss', 1, -1, 5_000)]),
      (store, id) => store.logArtifact(id, 'x', file('a')),
      (store, id) => store.linkStages(id, [{ stage: 'load', outcome: 'unchanged' }]),
    ];
    let clock = 10_000;
    const store = openStore({ now: () => clock });
    const ids = logs.map((_, at) => runId(`aa0${at}`));
    for (const id of [...ids, runId('bb01')]) {
      store.startRun({ id, name: id, startedMs: 5_000 });
      store.logParams(id, { seed: 1 });
      store.logMetrics(id, [point('loss', 1, 0, 5_000)]);
      store.finishRun(id, { status: 'FINISHED', endedMs: 6_000 });
    }
    store.startRun(newRun('cc01', { startedMs: 5_500 }));
    const alone = exported(store, runId('bb01'));
    expect(store.exchange.select({ sinceMs: 20_000 })).toEqual([]);
    clock = 50_000;
    for (const [at, log] of logs.entries()) log(store, ids[at] as string);
    // Of a machine that was not heard of since.
    store.logMetrics(runId('cc01'), [point('loss', 1, 0, 50_000)]);
    expect(store.exchange.select({ sinceMs: 40_000 })).toEqual([...ids, runId('cc01')]);
    expect(exported(store, runId('bb01'))).toBe(alone);
    for (const id of ids) expect(store.get(id).tags).toEqual({});
    const other = openStore({ now: () => 10_000 });
    for (const id of ids) await imported(other, exported(store, id));
    expect(other.exchange.select({ sinceMs: 40_000 })).toEqual(ids);
    for (const each of [store, other]) each.close();
  });
});

describe('an import', () => {
  it('lets a child wait for its parent and puts it below it when that comes', async () => {
    const from = goldenStore();
    const store = openStore();
    await imported(store, exported(from, runId('bb01')));
    expect(store.list().map(({ name }) => name)).toEqual(['train it']);
    await imported(store, exported(from, runId('aa01')));
    expect(store.list().map(({ name }) => name)).toEqual(['repro']);
    expect(store.get('aa01').children.map(({ name }) => name)).toEqual(['train it']);
    expect(contentsOf(store)).toEqual(contentsOf(from));
    from.close();
    store.close();
  });

  it('keeps params as they were first and says which were others', async () => {
    const store = openStore();
    await imported(store, GOLDEN);
    const other = withLines(GOLDEN, (lines) => lines.map((line) => line.replace('"lr":0.01', '"lr":0.5,"more":1')));
    expect((await imported(store, other))[0]).toMatchObject({ outcome: 'changed', conflicts: [{ key: 'lr', kept: '0.01', given: '0.5' }] });
    expect(store.get('bb01').params).toMatchObject({ lr: 0.01, more: 1 });
    store.close();
  });

  it('does not bring back an artifact that was logged again since, though the clock of the other machine is ahead', async () => {
    const ahead = openStore({ now: () => 90_000 });
    ahead.startRun(newRun('aa01'));
    ahead.logArtifact(runId('aa01'), 'model', file('b'));
    ahead.logArtifact(runId('aa01'), 'same', file('b'));
    const behind = openStore({ now: () => 2_000 });
    await imported(behind, exported(ahead, runId('aa01')));
    behind.logArtifact(runId('aa01'), 'model', { ...file('a'), mode: 'exec' });
    behind.logArtifact(runId('aa01'), 'same', file('b'));
    await imported(behind, exported(ahead, runId('aa01')));
    await imported(ahead, exported(behind, runId('aa01')));
    for (const store of [behind, ahead])
      expect(store.get('aa01').artifacts.map(({ path, content }) => [path, content.digest[0], content.mode])).toEqual([
        ['model', 'a', 'exec'],
        ['same', 'b', undefined],
      ]);
    expect(exported(ahead, runId('aa01'))).toContain('"kind":"file","changedMs":90000}');
    for (const store of [ahead, behind]) store.close();
  });

  it('takes a text for a text where the only param is called as numbers are that JSON cannot write', async () => {
    const from = openStore();
    const params = { $number: 'NaN' };
    from.startRun(newRun('aa01', { params }));
    from.startRun(newRun('aa02', { params: { ...params, big: 12_345_678_901_234_567_890n } }));
    from.startRun(newRun('aa03', { params: { $number: Number.NaN } }));
    const store = openStore();
    for (const start of ['aa01', 'aa02', 'aa03']) {
      await imported(store, exported(from, runId(start)));
      expect(store.get(start).params).toEqual(from.get(start).params);
    }
    // Of a model, which mlo itself gives none.
    const model = `{"id":"m-${'e'.repeat(32)}","name":"net","path":"model","modelType":"","status":"READY","createdMs":1,"changedMs":1,"params":{"$number":"-Infinity"},"tags":{}}`;
    const given = withLines(exported(from, runId('aa01')), (lines) => [...lines, `{"type":"models","models":[${model}]}`]);
    await imported(store, given);
    expect(exported(store, runId('aa01'))).toContain('"params":{"$number":"-Infinity"}');
    for (const each of [from, store]) each.close();
  });

  it('leaves purged runs away, unless they are to come back', async () => {
    const store = openStore();
    await imported(store, GOLDEN);
    store.edits.delete(['bb01']);
    store.edits.purge({ ids: ['bb01'] });
    expect((await imported(store, GOLDEN))[0]?.outcome).toBe('purged');
    expect(store.list({ includeChildren: true })).toEqual([]);
    expect((await imported(store, GOLDEN, { revive: true }))[0]?.outcome).toBe('added');
    expect((await imported(store, GOLDEN))[0]?.outcome).toBe('unchanged');
    expect(exported(store, runId('bb01'))).toBe(GOLDEN);
    store.close();
  });

  it('does not take a run for dead that only its own machine hears of', async () => {
    let clock = 1_000;
    const own = openStore({ now: () => clock });
    own.startRun(newRun('aa01', { startedMs: 1_000 }));
    own.flush();
    const seen = exported(own, runId('aa01'));
    const other = openStore({ host: 'laptop', now: () => 3_600_000 });
    await imported(other, seen);
    expect(other.reconcile()).toHaveLength(1);
    clock = 5_000;
    const later = seen.replace(/"heartbeatMs":\d+/, '"heartbeatMs":5000');
    const mine = openStore({ now: () => clock });
    await imported(
      mine,
      withLines(later, (lines) => lines),
    );
    await imported(mine, exported(other, runId('aa01')));
    expect(mine.get('aa01').status).toBe('RUNNING');
    own.finishRun(runId('aa01'), { status: 'FINISHED', endedMs: 6_000 });
    await imported(other, exported(own, runId('aa01')));
    expect(other.get('aa01')).toMatchObject({ status: 'FINISHED', endedMs: 6_000 });
    for (const store of [own, other, mine]) store.close();
  });

  it('goes on where metrics were logged on both sides, with the last value and the extremes right', async () => {
    const [one, two] = [openStore(), openStore()];
    one.startRun(newRun('aa01'));
    one.logMetrics(runId('aa01'), [point('m', 5, 0), point('m', 1, 3)]);
    await imported(two, exported(one, runId('aa01')));
    two.logMetrics(runId('aa01'), [point('m', 9, 2), point('m', 4, 1)]);
    one.logMetrics(runId('aa01'), [point('m', 2, 4)]);
    await imported(one, exported(two, runId('aa01')));
    expect(one.get('aa01').metrics['m']).toEqual({ value: 2, step: 4, points: 5, min: { value: 1, step: 3 }, max: { value: 9, step: 2 } });
    one.close();
    two.close();
  });
});

describe('a damaged or hostile file', () => {
  const run = (text: string) => (line: string) => (line.includes('"type":"run"') ? line.replace(/\{"type":"run"/, text) : line);
  const CASES: readonly (readonly [what: string, text: string, line: number, message: RegExp])[] = [
    ['no JSON', withLines(GOLDEN, (lines) => [lines[0] ?? '', '{"type":', ...lines.slice(1)]), 2, /no JSON/],
    ['a list', withLines(GOLDEN, (lines) => [lines[0] ?? '', '[]']), 2, /no JSON object/],
    ['an unknown type', withLines(GOLDEN, (lines) => [...lines, '{"type":"spell"}']), 9, /"spell" is not known/],
    [
      'columns of different lengths',
      withLines(GOLDEN, (lines) => lines.map((line) => line.replace('"steps":[0,1,2]', '"steps":[0,1]'))),
      4,
      /2 steps, 3 times and 3 values/,
    ],
    [
      'a step that is no whole number',
      withLines(GOLDEN, (lines) => lines.map((line) => line.replace('"steps":[0,1,2]', '"steps":[0,1,2.5]'))),
      4,
      /steps must be/,
    ],
    [
      'a value that is no number',
      withLines(GOLDEN, (lines) => lines.map((line) => line.replace('"NaN","-Infinity"', '"NaN","ten"'))),
      4,
      /values must be/,
    ],
    ['an id that is none', withLines(GOLDEN, (lines) => lines.map((line) => line.replace(/"id":"bb01/, '"id":"../x'))), 1, /id must be/],
    [
      'a time beyond all dates',
      withLines(GOLDEN, (lines) => lines.map((line) => line.replace('"nameChangedMs":4000', '"nameChangedMs":9e15'))),
      1,
      /nameChangedMs must be/,
    ],
    [
      'a start far ahead',
      withLines(GOLDEN, (lines) => lines.map((line) => line.replace('"startedMs":2100', '"startedMs":8000000000000000'))),
      1,
      /in the future/,
    ],
    [
      'an artifact without a digest',
      withLines(GOLDEN, (lines) => lines.map((line) => line.replace('a'.repeat(64), 'a'))),
      6,
      /digest must be/,
    ],
    [
      'an artifact that leaves its folder',
      withLines(GOLDEN, (lines) => lines.map((line) => line.replace('"path":"model","digest"', '"path":"../x","digest"'))),
      6,
      /leaves its folder/,
    ],
    [
      'a run below itself',
      withLines(GOLDEN, (lines) => lines.map((line) => line.replace(`"parentId":"${runId('aa01')}"`, `"parentId":"${runId('bb01')}"`))),
      1,
      /below itself/,
    ],
    ['a run within a run', withLines(GOLDEN, (lines) => [...lines, lines[0] ?? '']), 9, /before it has no end/],
    ['a missing end', GOLDEN.split('\n').slice(0, -2).join('\n'), 9, /cut off/],
    ['a line less', GOLDEN.replace(/.*"type":"tags".*\n/, ''), 8, /7 lines before its end, not 8/],
    ['another byte', GOLDEN.replace('0.7', '0.8'), 9, /not those that were written/],
    [
      'deeper than any stack',
      withLines(GOLDEN, (lines) => [...lines, `{"type":"params","params":{"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`]),
      9,
      /nested deeper/,
    ],
    [
      'a newer version',
      withLines(GOLDEN, (lines) => lines.map(run('{"type":"run"')).map((line) => line.replace('"version":1', '"version":2'))),
      1,
      /version 2/,
    ],
  ];

  it.each(CASES)('with %s is refused with its line, and nothing of it stays', async (_what, text, line, message) => {
    const store = openStore();
    const error = await errorFrom(imported(store, text));
    expect([error.details['line'], error.message]).toEqual([line, expect.stringMatching(message)]);
    expect(error.code).toBe(text.includes('"version":2') ? 'MLO_FORMAT_VERSION' : 'MLO_FORMAT');
    expect(store.list({ includeChildren: true })).toEqual([]);
    expect(store.experiments.list().map(({ name }) => name)).toEqual(['Default']);
    store.close();
  });

  it('cannot make two runs each the parent of the other', async () => {
    const store = openStore();
    const head = (id: string, parent: string): string =>
      withLines(GOLDEN, ([first = '']) => [
        first.replace(runId('bb01'), runId(id)).replace(`"parentId":"${runId('aa01')}"`, `"parentId":"${runId(parent)}"`),
      ]);
    await imported(store, head('aa05', 'aa06'));
    expect((await errorFrom(imported(store, head('aa06', 'aa05')))).message).toContain('below itself');
    expect(store.list({ includeChildren: true })).toHaveLength(1);
    store.close();
  });

  it('cannot change the model of another run', async () => {
    const store = openStore();
    await imported(store, GOLDEN);
    const other = withLines(GOLDEN, (lines) => lines.map((line) => line.replace(runId('bb01'), runId('bb02'))));
    expect((await errorFrom(imported(store, other))).message).toContain('belongs to another run');
    store.close();
  });
});
