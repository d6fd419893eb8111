import type { Logs } from './monitor.ts';
import { kerasMetricName } from './monitor.ts';

export interface EpochTime {
  /** From 0. */
  readonly epoch: number;
  readonly firstEpoch: number;
  readonly epochs: number;
  /** Of this epoch, milliseconds. */
  readonly epochMs: number;
  /** Since training began, milliseconds. */
  readonly elapsedMs: number;
}

/** `epoch 3/10: loss 0.5123, accuracy 0.81 (1.2 s, 8.4 s left)` */
export function epochLine(logs: Logs, { epoch, firstEpoch, epochs, epochMs, elapsedMs }: EpochTime): string {
  const values = Object.entries(logs).map(([name, value]) => `${kerasMetricName(name)} ${shortNumber(value)}`);
  const left = epochs - epoch - 1;
  const eta = left > 0 ? `, ${seconds((elapsedMs / (epoch - firstEpoch + 1)) * left)} left` : '';
  return `epoch ${epoch + 1}/${epochs}${values.length === 0 ? '' : `: ${values.join(', ')}`} (${seconds(epochMs)}${eta})`;
}

function shortNumber(value: number): string {
  if (Math.abs(value) >= 1e6 && Number.isFinite(value)) return value.toExponential(3);
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(4)));
}

function seconds(ms: number): string {
  const whole = ms / 1000;
  if (whole < 10) return `${whole.toFixed(whole < 1 ? 2 : 1)} s`;
  if (whole < 90) return `${Math.round(whole)} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
