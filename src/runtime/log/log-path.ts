import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RunId } from '../../core/run.ts';
import type { StageAddress } from '../../core/stage.ts';

/** File systems allow 255 bytes for a name. */
const NAME_LIMIT = 200;
const SUFFIX = '.log';
/** What needs no escape and means one thing on every file system. */
const PLAIN_NAME = /^[a-z0-9_@=-][a-z0-9_@=.-]{0,199}$/;

/** `<logsDir>/<runId>/<stage>.log`: one folder a run, so that a run can be removed whole. */
export function stageLogPath(logsDir: string, address: StageAddress, runId: RunId): string {
  return join(logsDir, runId, `${logName(address)}${SUFFIX}`);
}

/** A file name that differs for different addresses, also where the file system ignores case. */
export function logName(address: StageAddress): string {
  if (PLAIN_NAME.test(address)) return address;
  const name = Array.from(Buffer.from(address), escapeByte).join('');
  const isAmbiguous = name !== name.toLowerCase() || name.length > NAME_LIMIT;
  if (!isAmbiguous) return name;
  const digest = createHash('sha256').update(address).digest('hex').slice(0, 12);
  return `${name.slice(0, NAME_LIMIT)}-${digest}`;
}

function escapeByte(byte: number, index: number): string {
  const character = String.fromCharCode(byte);
  const isPlain = /[A-Za-z0-9_@=-]/.test(character) || (character === '.' && index > 0);
  return isPlain ? character : `%${byte.toString(16).padStart(2, '0')}`;
}
