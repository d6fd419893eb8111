import { advance, isComplete } from '../format/progress.ts';
import type { TimedEvent } from '../report/reporter.ts';
import { outputText } from '../report/output-text.ts';
import type { LiveState, RunningStage } from './state.ts';

/** The next state of the live view. Pure: time comes with the event. */
export function reduce(state: LiveState, event: TimedEvent): LiveState {
  switch (event.type) {
    case 'repro-start':
      return { ...state, total: event.stages };
    case 'plan':
      return { ...state, total: event.stages.length };
    case 'stage-start':
      return withRunning(state, {
        name: event.stage,
        startedMs: event.timestampMs,
        reasons: event.reasons,
        lastLine: '',
        metrics: new Map(),
        step: undefined,
      });
    case 'stage-output':
      return updateStage(state, event.stage, (stage) => ({ ...stage, lastLine: lastVisibleLine(event.text) ?? stage.lastLine }));
    case 'stage-metric':
      return updateStage(state, event.stage, (stage) => ({
        ...stage,
        metrics: new Map(stage.metrics).set(event.name, event.value),
        step: event.step,
      }));
    case 'stage-finish':
      return finishStage(state, event.report.name, event.report.outcome === 'failed');
    case 'progress':
      return { ...state, progress: isComplete(event) ? undefined : advance(state.progress, event, event.timestampMs) };
    case 'repro-finish':
      return { ...state, running: new Map(), progress: undefined, ended: true };
    default:
      return state;
  }
}

function finishStage(state: LiveState, name: string, failed: boolean): LiveState {
  const counts = { finished: state.finished + 1, failed: state.failed + (failed ? 1 : 0) };
  if (!state.running.has(name)) return { ...state, ...counts };
  const running = new Map(state.running);
  running.delete(name);
  return { ...state, ...counts, running };
}

function withRunning(state: LiveState, stage: RunningStage): LiveState {
  return { ...state, running: new Map(state.running).set(stage.name, stage) };
}

function updateStage(state: LiveState, name: string, change: (stage: RunningStage) => RunningStage): LiveState {
  const stage = state.running.get(name);
  return stage === undefined ? state : withRunning(state, change(stage));
}

function lastVisibleLine(text: string): string | undefined {
  const lines = text.split(/[\r\n]+/).map((line) => outputText(line, false).trim());
  return lines.findLast((line) => line !== '');
}
