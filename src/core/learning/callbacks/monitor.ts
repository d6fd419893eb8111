import { argumentError, describeValue, wrongArgument } from '../../errors/wrong-argument.ts';
import { metricDirection, type MetricDirection } from '../../metrics/direction.ts';

export type MonitorMode = 'auto' | 'min' | 'max';

/** Whether `value` beats `best` by more than `minDelta`; NaN beats nothing, and nothing (undefined) is beaten by any number. */
export type Improves = (value: number, best: number | undefined) => boolean;

/**
 * `auto` goes by the name, as Keras does for the metrics it knows: accuracy, AUC, F1, precision, recall… are better when higher, losses and errors when
 * lower. @throws MLO_DATA for any other name, as Keras
 */
export function improvement(monitor: string, mode: MonitorMode, minDelta: number): Improves {
  if (!['auto', 'min', 'max'].includes(mode)) throw argumentError(`mode must be auto, min or max, not ${describeValue(mode)}`);
  if (typeof monitor !== 'string') throw wrongArgument('monitor', 'the name of a metric, such as val_loss', monitor);
  if (typeof minDelta !== 'number' || Number.isNaN(minDelta)) throw wrongArgument('minDelta', 'a number', minDelta);
  const isHigher = mode === 'auto' ? directionOf(monitor) === 'higher' : mode === 'max';
  const delta = Math.abs(minDelta);
  return (value, best) => {
    if (Number.isNaN(value)) return false;
    if (best === undefined) return true;
    return isHigher ? value - delta > best : value + delta < best;
  };
}

function directionOf(monitor: string): MetricDirection {
  const direction = metricDirection(monitor, { higher: [], lower: [] });
  if (direction !== undefined) return direction;
  throw argumentError(`the name '${monitor}' does not say whether more is better: give mode: 'max' or mode: 'min'`);
}

export interface Logs {
  readonly [name: string]: number;
}

/** What the logs of an epoch say of `monitor`. TensorFlow.js says `acc` for what Keras calls `accuracy`: either name is understood. */
export function monitored(logs: Logs, monitor: string): number | undefined {
  return logs[monitor] ?? logs[monitor.replace(/(^|_)accuracy$/, '$1acc')] ?? logs[monitor.replace(/(^|_)acc$/, '$1accuracy')];
}

/** Keras's name of a metric that TensorFlow.js logs. */
export function kerasMetricName(name: string): string {
  return name.replace(/(^|_)acc$/, '$1accuracy');
}
