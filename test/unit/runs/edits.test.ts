import { describe, expect, it } from 'vitest';
import type { Tracking } from '../../../src/tracking/types.ts';
import { errorOf, file, newRun, point, runId } from '../../contract/tracking/records.ts';
import { openStore } from './stores.ts';

/** top ─ left ─ leaf, top ─ right; and alone. All have ended. */
function family(now?: () => number): Tracking {
  const store = openStore(now === undefined ? {} : { now });
  store.startRun(newRun('aa01', { name: 'top' }));
  store.startRun(newRun('aa02', { name: 'left', parentId: runId('aa01') }));
  store.startRun(newRun('aa03', { name: 'leaf', parentId: runId('aa02') }));
  store.startRun(newRun('aa04', { name: 'right', parentId: runId('aa01') }));
  store.startRun(newRun('bb01', { name: 'alone', startedMs: 2_000 }));
  for (const id of ['aa03', 'aa02', 'aa04', 'aa01', 'bb01']) store.finishRun(runId(id), { status: 'FINISHED', endedMs: 3_000 });
  return store;
}

const namesOf = (runs: readonly { readonly name: string }[]) => runs.map(({ name }) => name).toSorted();
const there = (store: Tracking) => namesOf(store.list({ includeChildren: true }));

describe('renaming a run', () => {
  it('refuses a name that is empty, too long or holds control characters', () => {
    const store = family();
    for (const [name, why] of [
      [' ', 'empty'],
      ['x'.repeat(501), '501'],
      ['a\nb', 'control'],
      ['a\u001b[31mb', 'control'],
    ] as const) {
      const error = errorOf(() => store.edits.rename('bb01', name));
      expect({ code: error.code, why: error.message.includes(why) }).toEqual({ code: 'MLO_RUN_VALUE', why: true });
    }
    expect(store.edits.rename('bb01', '🦄'.repeat(500)).before).toBe('alone');
    store.close();
  });
});

describe('deleting runs', () => {
  it('takes everything below along and leaves the rest, in lists and in what is shown', () => {
    const store = family();
    expect(namesOf(store.edits.delete([runId('aa01')]).runs)).toEqual(['leaf', 'left', 'right', 'top']);
    expect(there(store)).toEqual(['alone']);
    expect(namesOf(store.list({ deleted: true }))).toEqual(['top']);
    expect(namesOf(store.list({ deleted: true, includeChildren: true }))).toEqual(['leaf', 'left', 'right', 'top']);
    expect(store.get('aa01').deletedMs).toBeTypeOf('number');
    expect(namesOf(store.get('aa01').children)).toEqual(['left', 'right']);
    store.close();
  });

  it('is undone by restoring, but for what had been deleted before', () => {
    const store = family();
    store.edits.delete(['aa04']);
    expect(namesOf(store.get('aa01').children)).toEqual(['left']);
    store.edits.delete(['aa01']);
    expect(namesOf(store.edits.restore(['aa01']).runs)).toEqual(['leaf', 'left', 'top']);
    expect(there(store)).toEqual(['alone', 'leaf', 'left', 'top']);
    expect(namesOf(store.edits.restore(['aa04']).runs)).toEqual(['right']);
    expect(store.get('aa04').deletedMs).toBeUndefined();
    store.close();
  });

  it('tells two deletions apart where the clock stands still', () => {
    const store = family(() => 5_000);
    store.edits.delete(['aa04']);
    store.edits.delete(['aa01']);
    store.edits.restore(['aa01']);
    expect(there(store)).toEqual(['alone', 'leaf', 'left', 'top']);
    store.close();
  });

  it('says which were so already, and is all or nothing where one is not known', () => {
    const store = family();
    store.edits.delete(['bb01']);
    const again = store.edits.delete(['bb01', 'aa02']);
    expect([namesOf(again.asked), namesOf(again.already)]).toEqual([['left'], ['alone']]);
    expect(errorOf(() => store.edits.delete(['aa04', 'ffff'])).code).toBe('MLO_RUN_UNKNOWN');
    expect(there(store)).toEqual(['right', 'top']);
    expect(namesOf(store.edits.restore(['aa01', 'bb01']).already)).toEqual(['top']);
    store.close();
  });

  it('refuses what is still running, above or below, unless forced', () => {
    const store = openStore();
    store.startRun(newRun('aa01'));
    store.startRun(newRun('aa02', { parentId: runId('aa01') }));
    const error = errorOf(() => store.edits.delete(['aa01']));
    expect([error.code, error.message]).toEqual(['MLO_RUN_STATE', expect.stringContaining('is still running (and 1 more)')]);
    expect(store.edits.delete(['aa01'], { force: true }).runs).toHaveLength(2);
    expect(errorOf(() => store.edits.purge({ ids: ['aa01'] })).message).toContain('still running');
    expect(store.edits.purge({ olderThanMs: 0 })).toMatchObject({ runs: [], kept: [{ id: runId('aa01') }, { id: runId('aa02') }] });
    store.close();
  });

  it('does not bring a run back below one that is deleted, or into an experiment that is', () => {
    const store = family();
    store.edits.delete(['aa01']);
    expect(errorOf(() => store.edits.restore(['aa03']))).toMatchObject({
      code: 'MLO_RUN_STATE',
      hint: `mlo runs restore ${runId('aa02')}`,
    });
    expect(store.edits.restore(['aa03', 'aa02', 'aa01']).runs).toHaveLength(4);
    store.startRun(newRun('cc01', { experiment: 'iris' }));
    store.finishRun(runId('cc01'), { status: 'FINISHED', endedMs: 2_000 });
    store.experiments.delete('iris');
    expect(errorOf(() => store.edits.restore(['cc01']))).toMatchObject({ code: 'MLO_RUN_STATE', hint: 'mlo experiments restore "iris"' });
    store.close();
  });
});

describe('purging runs', () => {
  it('removes a deleted run with all that belongs to it, and nothing else', () => {
    const store = family();
    store.logMetrics(runId('aa03'), [point('loss', 1, 0), point('loss', 2, 1)]);
    store.logArtifact(runId('aa02'), 'model', file('a'));
    store.logArtifact(runId('bb01'), 'model', file('b'));
    store.edits.delete(['aa01']);
    const plan = store.edits.purgePlan({ ids: ['aa01'] });
    expect([namesOf(plan.runs), plan.points, plan.artifacts]).toEqual([['leaf', 'left', 'right', 'top'], 2, 1]);
    expect(there(store)).toEqual(['alone']);
    expect(store.edits.purge({ ids: ['aa01'] })).toEqual(plan);
    for (const id of ['aa01', 'aa02', 'aa03', 'aa04']) expect(errorOf(() => store.get(id)).code).toBe('MLO_RUN_UNKNOWN');
    expect(store.artifacts()).toEqual([expect.objectContaining({ run: runId('bb01') })]);
    store.close();
  });

  it('takes by age what was deleted long enough ago, only with everything below it', () => {
    let clock = 1_000_000;
    const store = family(() => clock);
    store.edits.delete(['aa04', 'bb01']);
    clock += 60_000;
    store.edits.delete(['aa01']);
    expect(namesOf(store.edits.purgePlan({ olderThanMs: 30_000 }).runs)).toEqual(['alone', 'right']);
    expect(namesOf(store.edits.purgePlan({ olderThanMs: 0 }).runs)).toEqual(['alone', 'leaf', 'left', 'right', 'top']);
    expect(store.edits.purgePlan({ olderThanMs: 90_000 }).runs).toEqual([]);
    store.close();
  });

  it('takes all that are deleted, also by a clock that is ahead', () => {
    let clock = 1_000_000;
    const store = family(() => clock);
    store.edits.delete(['aa04']);
    clock -= 500_000;
    expect(store.edits.purgePlan({ olderThanMs: 0 }).runs).toEqual([]);
    store.edits.delete(['bb01']);
    expect(namesOf(store.edits.purgePlan({ allDeleted: true }).runs)).toEqual(['alone', 'right']);
    expect(namesOf(store.edits.purge({ allDeleted: true }).runs)).toEqual(['alone', 'right']);
    expect(there(store)).toEqual(['leaf', 'left', 'top']);
    store.close();
  });

  it('refuses a run that is not deleted', () => {
    const store = family();
    expect(errorOf(() => store.edits.purge({ ids: ['bb01'] }))).toMatchObject({
      code: 'MLO_RUN_STATE',
      hint: `mlo runs delete ${runId('bb01')}`,
    });
    store.close();
  });
});

describe('tags and names of a recorded run', () => {
  it('can be set, removed and set again; what is the same changes nothing', () => {
    const store = family();
    const set = (tags: { readonly [key: string]: string | null }) => store.edits.setTags('bb01', new Map(Object.entries(tags))).changed;
    expect(set({ owner: 'anna', stage: 'a=b' })).toEqual(['owner', 'stage']);
    expect(set({ owner: 'anna', stage: null })).toEqual(['stage']);
    expect(store.get('bb01').tags).toEqual({ owner: 'anna' });
    expect(errorOf(() => set({ stage: null })).code).toBe('MLO_USAGE');
    expect(errorOf(() => set({ ownr: null })).hint).toBe('Did you mean "owner"?');
    expect(set({ stage: 'again' })).toEqual(['stage']);
    expect(errorOf(() => set({ '': 'x' })).code).toBe('MLO_RUN_VALUE');
    store.close();
  });

  it('are not changed of a deleted run', () => {
    const store = family();
    store.edits.delete(['bb01']);
    expect(errorOf(() => store.edits.rename('bb01', 'x'))).toMatchObject({
      code: 'MLO_RUN_STATE',
      hint: `mlo runs restore ${runId('bb01')}`,
    });
    expect(errorOf(() => store.edits.setTags('bb01', new Map([['a', 'b']]))).code).toBe('MLO_RUN_STATE');
    store.close();
  });

  it('count as later than what they replace, whatever the clock says', () => {
    let clock = 9_000;
    const store = family(() => clock);
    store.edits.setTags('bb01', new Map([['k', 'first']]));
    const old = [...store.exchange.export(runId('bb01'))].join('');
    clock = 10;
    store.edits.setTags('bb01', new Map([['k', 'then']]));
    store.setTags(runId('bb01'), { k: 'last' });
    expect(store.edits.rename('bb01', 'renamed')).toMatchObject({ name: 'renamed', before: 'alone' });
    expect(store.get('bb01')).toMatchObject({ name: 'renamed', tags: { k: 'last' } });
    const times = [old, [...store.exchange.export(runId('bb01'))].join('')].map((text) =>
      Number(/"k":\{"value":"\w+","changedMs":(\d+)/.exec(text)?.[1]),
    );
    expect(times[1]).toBeGreaterThan(times[0] as number);
    store.close();
  });
});
