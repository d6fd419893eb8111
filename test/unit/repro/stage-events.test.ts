import { describe, expect, it } from 'vitest';
import { StageEvents } from '../../../src/app/repro/stage-events.ts';
import type { StageReport } from '../../../src/core/events.ts';

function told(): { readonly events: StageEvents; readonly log: string[] } {
  const log: string[] = [];
  const events = new StageEvents((event) => {
    if (event.type === 'stage-start') log.push(`+${event.stage}`);
    else if (event.type === 'stage-output') log.push(`${event.stage}: ${event.text}`);
    else if (event.type === 'stage-finish') log.push(`-${event.report.name}`);
  });
  return { events, log };
}

function start(stage: string): Parameters<StageEvents['start']>[0] {
  return { type: 'stage-start', stage, command: 'true', reasons: [] };
}

function ran(name: string): StageReport {
  return { name, outcome: 'ran', reasons: [], durationMs: 1 };
}

function output(stage: string, text: string): Parameters<StageEvents['say']>[0] {
  return { type: 'stage-output', stage, stream: 'stdout', text };
}

describe('what is told of stages', () => {
  it('is the start at once where nothing is being recorded', () => {
    const { events, log } = told();
    events.start(start('a'));
    events.start(start('b'));
    expect(log).toEqual(['+a', '+b']);
  });

  it('is the end of the one that is recorded before the start of the next', () => {
    const { events, log } = told();
    events.start(start('a'));
    events.recording('a');
    events.start(start('b'));
    expect(log).toEqual(['+a']);
    events.finish(ran('a'));
    expect(log).toEqual(['+a', '-a', '+b']);
  });

  it('is a start before the first output of that stage', () => {
    const { events, log } = told();
    events.start(start('a'));
    events.recording('a');
    events.start(start('b'));
    events.say(output('b', 'hello'));
    events.say(output('b', 'again'));
    events.finish(ran('a'));
    expect(log).toEqual(['+a', '+b', 'b: hello', 'b: again', '-a']);
  });

  it('is a start before the end of that stage', () => {
    const { events, log } = told();
    events.recording('a');
    events.start(start('b'));
    events.finish(ran('b'));
    events.finish(ran('a'));
    expect(log).toEqual(['+b', '-b', '-a']);
  });

  it('is a start after a moment, however long the other one is being recorded', async () => {
    const { events, log } = told();
    events.recording('a');
    events.start(start('b'));
    await expect.poll(() => log).toEqual(['+b']);
  });
});
