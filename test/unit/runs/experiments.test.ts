import { describe, expect, it } from 'vitest';
import type { Tracking } from '../../../src/tracking/types.ts';
import { errorOf, newRun, runId } from '../../contract/tracking/records.ts';
import { openStore } from './stores.ts';

const names = (store: Tracking, deleted = false) => store.experiments.list({ deleted }).map(({ name }) => name);

function runIn(store: Tracking, start: string, experiment?: string): void {
  store.startRun(newRun(start, experiment === undefined ? {} : { experiment }));
  store.finishRun(runId(start), { status: 'FINISHED', endedMs: 2_000 });
}

describe('experiments', () => {
  it('begin with Default, id 0, which can be neither renamed nor deleted', () => {
    const store = openStore();
    expect(store.experiments.list()).toEqual([expect.objectContaining({ id: '0', name: 'Default', runs: 0 })]);
    for (const change of [() => store.experiments.delete('Default'), () => store.experiments.rename('0', 'x')])
      expect(errorOf(change).code).toBe('MLO_EXPERIMENT');
    store.close();
  });

  it('are made with tags, or by the first run that names them', () => {
    const store = openStore();
    store.experiments.create('zebra', new Map([['owner', 'anna']]));
    runIn(store, 'aa01', 'iris');
    expect(names(store)).toEqual(['Default', 'iris', 'zebra']);
    expect(store.experiments.list()[2]).toMatchObject({ tags: { owner: 'anna' }, runs: 0 });
    store.experiments.setTags(
      'zebra',
      new Map([
        ['owner', null],
        ['why', 'x'],
      ]),
    );
    expect(store.experiments.list()[2]?.tags).toEqual({ why: 'x' });
    expect(errorOf(() => store.experiments.create('iris')).code).toBe('MLO_EXPERIMENT');
    expect(errorOf(() => store.experiments.create(' ')).code).toBe('MLO_EXPERIMENT');
    expect(errorOf(() => store.experiments.create('x'.repeat(501))).code).toBe('MLO_EXPERIMENT');
    expect(errorOf(() => store.experiments.create('a\nb')).message).toContain('control character');
    expect(errorOf(() => store.experiments.rename('iris', 'a\u001bb')).message).toContain('control character');
    store.close();
  });

  it('take their runs along when they are deleted and bring the same back', () => {
    const store = openStore();
    runIn(store, 'aa01', 'iris');
    runIn(store, 'aa02', 'iris');
    runIn(store, 'aa03');
    store.edits.delete(['aa02']);
    expect(store.experiments.delete('iris').runs.map(({ name }) => name)).toEqual(['aa01']);
    expect(store.list().map(({ name }) => name)).toEqual(['aa03']);
    expect(names(store)).toEqual(['Default']);
    expect(store.experiments.restore('iris').runs.map(({ name }) => name)).toEqual(['aa01']);
    expect(store.list({ experiment: 'iris' }).map(({ name }) => name)).toEqual(['aa01']);
    store.close();
  });

  it('count runs and the runs below them by themselves', () => {
    const store = openStore();
    store.startRun(newRun('aa01', { experiment: 'iris' }));
    store.startRun(newRun('aa02', { experiment: 'iris', parentId: runId('aa01') }));
    for (const start of ['aa02', 'aa01']) store.finishRun(runId(start), { status: 'FINISHED', endedMs: 2_000 });
    expect(store.experiments.list()[1]).toMatchObject({ name: 'iris', runs: 1, runsBelow: 1 });
    expect(store.experiments.delete('iris')).toMatchObject({ runs: { length: 2 }, below: 1 });
    expect(store.experiments.restore('iris')).toMatchObject({ runs: { length: 2 }, below: 1, experiment: { runs: 1, runsBelow: 1 } });
    store.close();
  });

  it('give their name free when they are deleted; then they come back under another one', () => {
    const store = openStore();
    runIn(store, 'aa01', 'iris');
    store.experiments.delete('iris');
    runIn(store, 'aa02', 'iris');
    expect(store.list({ experiment: 'iris' }).map(({ name }) => name)).toEqual(['aa02']);
    expect(errorOf(() => store.experiments.restore('iris'))).toMatchObject({
      code: 'MLO_EXPERIMENT',
      hint: 'mlo experiments restore "iris" --as "iris-restored"',
    });
    store.experiments.restore('iris', { as: 'iris-old' });
    expect(names(store)).toEqual(['Default', 'iris', 'iris-old']);
    expect(store.list({ experiment: 'iris-old' }).map(({ name }) => name)).toEqual(['aa01']);
    store.close();
  });

  it('are renamed with their runs, also in a handle that has started runs there before', () => {
    const store = openStore();
    runIn(store, 'aa01', 'iris');
    store.experiments.rename('iris', 'flowers');
    runIn(store, 'aa02', 'iris');
    expect(store.get('aa01').experiment).toBe('flowers');
    expect(names(store)).toEqual(['Default', 'flowers', 'iris']);
    expect(errorOf(() => store.experiments.rename('iris', 'flowers')).code).toBe('MLO_EXPERIMENT');
    store.close();
  });

  it('that nobody knows are answered with the nearest name, or how to restore it', () => {
    const store = openStore();
    runIn(store, 'aa01', 'iris');
    expect(errorOf(() => store.experiments.rename('irs', 'x')).hint).toBe('Did you mean "iris"?');
    store.experiments.delete('iris');
    expect(errorOf(() => store.experiments.delete('iris')).hint).toBe('mlo experiments restore "iris"');
    expect(errorOf(() => store.experiments.restore('irs')).hint).toBe('Did you mean "iris"?');
    store.close();
  });

  it('are not deleted while a run in them is running, unless forced', () => {
    const store = openStore();
    store.startRun(newRun('aa01', { experiment: 'iris' }));
    expect(errorOf(() => store.experiments.delete('iris')).code).toBe('MLO_RUN_STATE');
    expect(store.experiments.delete('iris', { force: true }).runs).toHaveLength(1);
    store.close();
  });
});
