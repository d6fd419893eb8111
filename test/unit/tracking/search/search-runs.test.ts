import { describe, expect, it } from 'vitest';
import { errorOf, newRun, point, runId } from '../../../contract/tracking/records.ts';
import { namesOf, openStore, pageOf } from './open-store.ts';

describe('a search of runs', () => {
  it('gives runs with their params, metrics, tags and data', () => {
    const { tracking } = openStore();
    tracking.startRun(newRun('aa01', { params: { lr: 0.1, layers: [8, 4] }, tags: { kind: 'test' } }));
    tracking.logMetrics(runId('aa01'), [point('loss', 2, 0), point('loss', Number.NaN, 1), point('loss', 1, 2)]);
    tracking.logInputs(runId('aa01'), [{ name: 'data.csv', digest: 'e'.repeat(64), context: '', sourceType: 'mlo', source: 'data.csv' }]);
    expect(pageOf(tracking, 'metrics.loss = 1')).toEqual({
      runs: [
        {
          ...tracking.list()[0],
          params: { layers: [8, 4], lr: 0.1 },
          metrics: { loss: { value: 1, step: 2, points: 3, min: { value: 1, step: 2 }, max: { value: 2, step: 0 } } },
          tags: { kind: 'test' },
          data: { 'data.csv': 'e'.repeat(64) },
        },
      ],
    });
  });

  it('never matches a run that lacks the key, != and NOT LIKE included; NOT does', () => {
    const { tracking } = openStore();
    tracking.startRun(newRun('aa01', { params: { model: 'small' } }));
    tracking.startRun(newRun('aa02'));
    expect(namesOf(tracking, "params.model != 'large'")).toEqual(['aa01']);
    expect(namesOf(tracking, "params.model NOT LIKE 'l%'")).toEqual(['aa01']);
    expect(namesOf(tracking, "params.model NOT IN ('large')")).toEqual(['aa01']);
    expect(namesOf(tracking, "NOT params.model = 'large'")).toEqual(['aa01', 'aa02']);
    expect(namesOf(tracking, 'params.model IS NULL')).toEqual(['aa02']);
  });

  it('compares params as numbers with a number and as text with a text', () => {
    const { tracking } = openStore();
    tracking.startRun(newRun('aa01', { params: { lr: 0.1 } }));
    tracking.startRun(newRun('aa02', { params: { lr: '0.1' } }));
    tracking.startRun(newRun('aa03', { params: { lr: 1e-5 } }));
    tracking.startRun(newRun('aa04', { params: { lr: true } }));
    expect(namesOf(tracking, 'params.lr = 0.10')).toEqual(['aa01']);
    expect(namesOf(tracking, "params.lr = '0.1'")).toEqual(['aa01', 'aa02']);
    expect(namesOf(tracking, 'params.lr < 1e-4')).toEqual(['aa03']);
    expect(namesOf(tracking, 'params.lr != 0.1')).toEqual(['aa03']);
    expect(namesOf(tracking, 'params.lr = true')).toEqual(['aa04']);
    expect(namesOf(tracking, "params.lr LIKE '0.%'")).toEqual(['aa01', 'aa02', 'aa03']);
  });

  it('tells texts apart that an index does not: long ones with the same beginning, and a quoted text from its JSON', () => {
    const { tracking } = openStore();
    const long = 'x'.repeat(5_990);
    tracking.startRun(newRun('aa01', { params: { m: `${long}1` }, tags: { t: `${long}1` } }));
    tracking.startRun(newRun('aa02', { params: { m: `${long}2` }, tags: { t: `${long}2` } }));
    tracking.startRun(newRun('aa03', { params: { m: 'adam' } }));
    tracking.startRun(newRun('aa04', { params: { m: '"adam"' } }));
    expect(namesOf(tracking, `params.m = '${long}1'`)).toEqual(['aa01']);
    expect(namesOf(tracking, `params.m IN ('${long}2', 'b')`)).toEqual(['aa02']);
    expect(namesOf(tracking, `tags.t = '${long}1'`)).toEqual(['aa01']);
    expect(namesOf(tracking, `params.m LIKE '${long}%'`)).toEqual(['aa01', 'aa02']);
    expect(namesOf(tracking, `params.m = '"adam"'`)).toEqual(['aa04']);
    expect(namesOf(tracking, `params.m = 'adam'`)).toEqual(['aa03']);
    expect(namesOf(tracking, `params.m LIKE '"%'`)).toEqual(['aa04']);
  });

  it('finds no NaN by any comparison, infinities by theirs, and NaN by IS NAN', () => {
    const { tracking } = openStore();
    for (const [name, value] of [
      ['aa01', Number.NaN],
      ['aa02', Infinity],
      ['aa03', 1],
    ] as const) {
      tracking.startRun(newRun(name));
      tracking.logMetrics(runId(name), [point('loss', value, 0)]);
    }
    expect(namesOf(tracking, 'metrics.loss != 5')).toEqual(['aa02', 'aa03']);
    expect(namesOf(tracking, 'metrics.loss > -inf')).toEqual(['aa02', 'aa03']);
    expect(namesOf(tracking, 'metrics.loss = inf')).toEqual(['aa02']);
    expect(namesOf(tracking, 'metrics.loss IS NAN')).toEqual(['aa01']);
    expect(namesOf(tracking, '', 'metrics.loss')).toEqual(['aa03', 'aa02', 'aa01']);
    expect(namesOf(tracking, '', 'metrics.loss DESC')).toEqual(['aa02', 'aa03', 'aa01']);
  });

  it('finds runs by parent, at any depth through NOT NULL, and leaves them out at the top level', () => {
    const { tracking } = openStore();
    tracking.startRun(newRun('aa01'));
    tracking.startRun(newRun('bb01', { parentId: runId('aa01'), startedMs: 2_000 }));
    tracking.startRun(newRun('cc01', { parentId: runId('bb01'), startedMs: 3_000 }));
    expect(namesOf(tracking, "parent = 'aa01'")).toEqual(['bb01']);
    expect(namesOf(tracking, 'parent IS NOT NULL')).toEqual(['cc01', 'bb01']);
    expect(namesOf(tracking, '', '', { topLevel: true })).toEqual(['aa01']);
  });

  it('minds case with LIKE and not with ILIKE, beyond ASCII too', () => {
    const { tracking } = openStore();
    tracking.startRun(newRun('aa01', { tags: { who: 'Ärger*[x]' } }));
    expect(namesOf(tracking, "tags.who LIKE 'Ä%'")).toEqual(['aa01']);
    expect(namesOf(tracking, "tags.who LIKE 'ä%'")).toEqual([]);
    expect(namesOf(tracking, "tags.who ILIKE 'äRG%'")).toEqual(['aa01']);
    expect(namesOf(tracking, "tags.who LIKE '%*[x]'")).toEqual(['aa01']);
    expect(namesOf(tracking, "tags.who LIKE '%[a-z]%'")).toEqual([]);
    expect(namesOf(tracking, "tags.who LIKE '_rger__x_'")).toEqual(['aa01']);
    tracking.startRun(newRun('aa02', { tags: { who: '\u{1F600}ä' } }));
    expect(namesOf(tracking, "tags.who ILIKE '_Ä'")).toEqual(['aa02']);
    expect(namesOf(tracking, "tags.who ILIKE '__Ä'")).toEqual([]);
    expect(namesOf(tracking, "tags.who ILIKE '%RGE%[X%'")).toEqual(['aa01']);
    expect(namesOf(tracking, "tags.who ILIKE '%É%'")).toEqual([]);
  });

  it('takes no more time for a pattern of many wildcards', () => {
    const { tracking } = openStore();
    tracking.startRun(newRun('aa01', { tags: { long: 'ä'.repeat(5_000) } }));
    expect(namesOf(tracking, `tags.long ILIKE '${'%ä'.repeat(1_000)}%b'`)).toEqual([]);
    expect(namesOf(tracking, `tags.long ILIKE '${'%Ä'.repeat(1_000)}%'`)).toEqual(['aa01']);
  });

  it('that finds nothing says which names no run ever had, and the nearest', () => {
    const { tracking } = openStore();
    tracking.startRun(newRun('aa01', { params: { lr: 1 } }));
    tracking.logMetrics(runId('aa01'), [point('accuracy', 1, 0)]);
    const { unknown } = pageOf(tracking, "metrics.acuracy > 2 AND params.lr > 2 AND params.accuracy = 'x' AND tags.a = 'b'", 'metrics.foo');
    expect(unknown).toEqual([
      { field: 'metrics.acuracy', near: 'metrics.accuracy' },
      { field: 'params.accuracy' },
      { field: 'metrics.foo' },
    ]);
    expect(pageOf(tracking, 'metrics.acuracy IS NULL').unknown).toBeUndefined();
  });
});

describe('SQL in a search', () => {
  const EVIL = `x'"\`) OR 1=1; DROP TABLE runs; DELETE FROM params WHERE ('1'='1 -- ? ?1 :a @b $c \\ % _ * [a] \u{1F480}`;
  const quoted = `'${EVIL.replaceAll("'", "''")}'`;
  const key = `"${EVIL.replaceAll('"', '""')}"`;

  it('is text wherever it stands: it is found where it was logged and harms nothing', () => {
    const { tracking } = openStore();
    const git = { commit: 'c'.repeat(40), branch: EVIL, dirty: true };
    tracking.startRun({
      id: runId('aa01'),
      name: EVIL,
      experiment: EVIL,
      stage: EVIL,
      command: EVIL,
      startedMs: 1_000,
      git,
      params: { [EVIL]: EVIL },
      tags: { [EVIL]: EVIL },
    });
    tracking.logMetrics(runId('aa01'), [point(EVIL, 1, 0)]);
    tracking.logInputs(runId('aa01'), [{ name: EVIL, digest: EVIL, context: EVIL, sourceType: 'mlo', source: EVIL }]);
    tracking.startRun(newRun('aa02'));
    const finding = [
      `params.${key} = ${quoted}`,
      `params.${key} IN (${quoted}, 1)`,
      `tags.${key} = ${quoted}`,
      `tags.${key} IN (${quoted}, 'a')`,
      `metrics.${key} = 1`,
      `min(metrics.${key}) = 1`,
      `data.${key} = ${quoted}`,
      ...['name', 'stage', 'experiment', 'command', 'git.branch', 'datasets.name', 'datasets.digest', 'datasets.context'].map(
        (field) => `${field} = ${quoted}`,
      ),
    ];
    for (const filter of finding) expect([filter, namesOf(tracking, filter)]).toEqual([filter, [EVIL]]);
    const others = ['user', 'host', 'reason', 'run_id', 'parent', 'git.commit'].flatMap((field) => [
      `${field} = ${quoted}`,
      `${field} LIKE ${quoted}`,
      `${field} ILIKE ${quoted}`,
    ]);
    for (const filter of others) expect([filter, namesOf(tracking, filter)]).toEqual([filter, []]);
    for (const order of [`metrics.${key} DESC`, `params.${key}`, `tags.${key}`, `data.${key}`])
      expect(namesOf(tracking, '', order)).toEqual([EVIL, 'aa02']);
    expect(tracking.list()).toHaveLength(2);
  });

  it('in a page token is refused or bound', () => {
    const { tracking } = openStore();
    for (const id of ['aa01', 'aa02', 'aa03']) tracking.startRun(newRun(id));
    const token = pageOf(tracking, '', 'name', { limit: 1 }).nextPageToken as string;
    const [check] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [number];
    const forged = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(namesOf(tracking, '', 'name', { pageToken: forged([check, [EVIL], 1, EVIL]) })).toEqual([]);
    for (const bad of [
      '',
      'x',
      EVIL,
      forged(null),
      forged([]),
      forged([check]),
      forged([check, [{}], 1, 'a']),
      forged([check, 'k', 1, 'a']),
      forged([check, [['NaN']], 1, 'a']),
    ]) {
      expect([bad, errorOf(() => pageOf(tracking, '', 'name', { pageToken: bad })).code]).toEqual([bad, 'MLO_FILTER']);
    }
    expect(tracking.list()).toHaveLength(3);
  });
});

describe('pages', () => {
  it('do not move when runs start meanwhile, and come in the order of start where all else is equal', () => {
    const { tracking } = openStore();
    const start = (id: string, startedMs: number, lr: number): void => tracking.startRun(newRun(id, { startedMs, params: { lr } }));
    start('aa01', 1_000, 1);
    start('aa02', 2_000, 1);
    start('aa03', 3_000, 2);
    start('aa04', 3_000, 2);
    const first = pageOf(tracking, '', 'params.lr DESC', { limit: 2 });
    expect(first.runs.map((run) => run.name)).toEqual(['aa03', 'aa04']);
    start('aa05', 9_000, 2);
    start('aa06', 9_000, 3);
    const second = pageOf(tracking, '', 'params.lr DESC', { limit: 2, pageToken: first.nextPageToken as string });
    expect(second.runs.map((run) => run.name)).toEqual(['aa02', 'aa01']);
    expect(second.nextPageToken).toBeUndefined();
  });

  it('belong to one search', () => {
    const { tracking } = openStore();
    for (const id of ['aa01', 'aa02']) tracking.startRun(newRun(id));
    const pageToken = pageOf(tracking, "name LIKE 'aa%'", 'name', { limit: 1 }).nextPageToken as string;
    expect(pageToken).toMatch(/^[\w-]+$/);
    expect(namesOf(tracking, "name LIKE 'aa%'", 'name', { pageToken, limit: 5 })).toEqual(['aa02']);
    for (const [filter, order, more] of [
      ["name LIKE 'a%'", 'name', {}],
      ["name LIKE 'aa%'", 'name DESC', {}],
      ["name LIKE 'aa%'", 'name', { topLevel: true }],
      ["name LIKE 'aa%'", 'name', { view: 'all' }],
    ] as const) {
      expect(errorOf(() => pageOf(tracking, filter, order, { ...more, pageToken })).message).toMatch(/belongs to another search/);
    }
  });
});
