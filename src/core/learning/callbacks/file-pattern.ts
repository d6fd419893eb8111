import { argumentError } from '../../errors/wrong-argument.ts';
import { monitored, type Logs } from './monitor.ts';

/** Keras's placeholders: `{epoch}` (from 1), `{epoch:02d}`, `{val_loss:.2f}`. @throws MLO_DATA for a value that the epoch does not have */
export function fillPattern(pattern: string, epoch: number, logs: Logs): string {
  return pattern.replaceAll(
    /\{(\w+)(?::(?:(0?)(\d+)d|\.(\d+)f))?\}/g,
    (_, name: string, zero: string | undefined, width: string | undefined, digits: string | undefined) => {
      const value = name === 'epoch' ? epoch + 1 : monitored(logs, name);
      if (value === undefined) throw argumentError(`'${pattern}' asks for ${name}, but the epoch has ${Object.keys(logs).join(', ')}`);
      if (digits !== undefined) return value.toFixed(Number(digits));
      return String(value).padStart(Number(width ?? 0), zero === '0' ? '0' : ' ');
    },
  );
}
