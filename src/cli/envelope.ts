import type { Problem } from '../core/errors/mlo-error.ts';

export const ENVELOPE_SCHEMA_VERSION = 1;

export interface Warning {
  readonly message: string;
  readonly problem?: Problem;
}

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly details: { readonly [key: string]: unknown };
}

/** A command that failed half-way has both `data` and `error`. */
export interface Envelope {
  readonly schemaVersion: typeof ENVELOPE_SCHEMA_VERSION;
  /** `stage list`; `help` or `version` for these options; empty where the line names no command. */
  readonly command: string;
  readonly ok: boolean;
  readonly data?: unknown;
  readonly error?: ErrorBody;
  readonly warnings: readonly Warning[];
}

interface JsonWithRaw {
  readonly rawJSON: (text: string) => unknown;
}

/**
 * JSON of anything a use case may return: integers beyond 2^53 keep all their digits, and the numbers
 * JSON does not know are the strings "NaN", "Infinity" and "-Infinity".
 */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_key, item: unknown) => plainItem(item), indent) ?? 'null';
}

function plainItem(item: unknown): unknown {
  if (typeof item === 'bigint') return (JSON as unknown as JsonWithRaw).rawJSON(String(item));
  if (typeof item === 'number' && !Number.isFinite(item)) return String(item);
  if (item instanceof Map) return Object.fromEntries(item);
  return item instanceof Set ? [...item] : item;
}
