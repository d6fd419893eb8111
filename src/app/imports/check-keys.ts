import { MloError } from '../../core/errors/mlo-error.ts';
import { isTemporaryName } from '../../core/encoding/tree-format.ts';
import { isSafeProjectPath } from '../../core/path/project-path.ts';
import { foldersAround } from '../../core/path/own-paths.ts';

/** What file systems take as one name, bytes. */
const LONGEST_NAME = 255;

/** Keys become paths below a folder, and whoever wrote them may be an attacker. Throws MLO_PATH_UNSAFE, before anything is written. */
export function checkKeys(address: string, keys: readonly string[]): void {
  const files = new Set<string>();
  for (const key of keys) {
    const fault = faultOf(key);
    if (fault !== undefined) throw refused(address, key, fault);
    if (files.has(key)) throw refused(address, key, 'comes twice');
    files.add(key);
  }
  for (const key of keys) {
    const file = foldersAround(key).find((folder) => files.has(folder));
    if (file !== undefined) throw refused(address, key, `lies below '${file}', which is a file`);
  }
}

function faultOf(key: string): string | undefined {
  if (!isSafeProjectPath(key)) return 'is no path below a folder';
  // On another system it is one.
  if (key.split(/[/\\]/).includes('..')) return "contains '..' behind a backslash";
  const names = key.split('/');
  if (names.some((name) => Buffer.byteLength(name) > LONGEST_NAME)) return `has a name of more than ${LONGEST_NAME} bytes`;
  if (names.some(isTemporaryName)) return 'has the name of a temporary file of mlo';
  if (!key.isWellFormed()) return 'is no Unicode';
  return undefined;
}

function refused(address: string, key: string, why: string): MloError {
  return new MloError('MLO_PATH_UNSAFE', `Key ${JSON.stringify(key)} at ${address} is refused: it ${why}`, {
    hint: 'Nothing was imported. Import a part of it that has no such key.',
    details: { key },
  });
}
