import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMap } from '../../core/value.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { parseProjectPath } from '../../core/path/project-path.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { canonicalJson } from '../../core/encoding/canonical-json.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { syncFolder, writeFileAtomic } from '../../fs/write-atomic.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';

type Place = Pick<Project, 'root' | 'mloDir' | 'ctx'>;

/** Outs that lie in `.mlo/verify` under these names while their stage runs again. */
interface Moves {
  readonly schema: 1;
  readonly moved: { readonly [name: string]: ProjectPath };
}

function folderOf({ mloDir }: Pick<Place, 'mloDir'>): string {
  return join(mloDir, 'verify');
}

function journalOf(place: Pick<Place, 'mloDir'>): string {
  return join(folderOf(place), 'moved.json');
}

/**
 * Moves the outs out of the way; the journal that says where each belongs is on the disk before the first one moves. Throws MLO_CACHE_IO for an out
 * that lies on another file system, where nothing has moved.
 */
export function setAside(place: Place, outs: readonly ProjectPath[]): void {
  const moved = Object.fromEntries(outs.map((out, at) => [String(at), out]));
  mkdirSync(folderOf(place), { recursive: true });
  writeFileAtomic(journalOf(place), `${canonicalJson({ schema: 1, moved })}\n`, { durable: true });
  try {
    for (const [name, out] of Object.entries(moved)) renameSync(absolutePath(place.root, out), join(folderOf(place), name));
  } catch (error) {
    putBack(place, () => {});
    if (!isErrno(error, 'EXDEV') && !isErrno(error, 'EBUSY')) throw error;
    throw new MloError('MLO_CACHE_IO', `An out lies on another file system than .mlo and cannot be set aside: ${outs.join(', ')}`, {
      hint: 'mlo repro --verify of the other stages',
    });
  }
}

/** What has taken the place of an out; gone from there when it returns. */
export type ClearPlace = (path: string, out: ProjectPath) => void;

function removeMade(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Brings every out that is set aside back to its place. Can be called again after it was cut off anywhere. */
export function putBack(place: Place, clear: ClearPlace = removeMade): void {
  const moves = readMoves(place);
  if (moves === undefined) return;
  withIoErrors('bring back what was moved by', journalOf(place), () => bringBack(place, moves, clear));
}

function bringBack(place: Place, { moved }: Moves, clear: ClearPlace): void {
  for (const [name, out] of Object.entries(moved)) {
    const aside = join(folderOf(place), name);
    if (lstatSync(aside, { throwIfNoEntry: false }) === undefined) continue;
    const path = absolutePath(place.root, out);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) clear(path, out);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(aside, path);
    syncFolder(dirname(path));
  }
  rmSync(journalOf(place), { force: true });
  syncFolder(folderOf(place));
}

/** After a verification that was killed. What has been written in the place of an out may be anybody's by now: it is kept, and told. */
export function recoverSetAside(place: Place): void {
  if (!existsSync(journalOf(place))) return;
  let left = 0;
  putBack(place, (path, out) => {
    while (existsSync(join(folderOf(place), `left-${left}`))) left += 1;
    renameSync(path, join(folderOf(place), `left-${left}`));
    place.ctx.emit({
      type: 'note',
      message: `A verification was cut off: '${out}' is back; what it had written there is in .mlo/verify/left-${left}`,
    });
  });
}

/** What earlier verifications left, once nothing is set aside. */
export function removeLeftovers(place: Place): void {
  if (!existsSync(journalOf(place))) rmSync(folderOf(place), { recursive: true, force: true });
}

function readMoves(place: Place): Moves | undefined {
  let text: string;
  try {
    text = readFileSync(journalOf(place), 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  const { schema, moved } = parseMoves(text);
  if (schema !== 1) throw new MloError('MLO_FORMAT_VERSION', `.mlo/verify/moved.json has schema ${String(schema)}, this mlo knows 1`);
  const outs: { [name: string]: ProjectPath } = {};
  for (const [name, out] of Object.entries(moved)) {
    if (!/^\d+$/.test(name)) throw damaged(`it names ${JSON.stringify(name)}`);
    if (typeof out !== 'string') throw damaged('an out is no path');
    outs[name] = parseProjectPath(out, '.mlo/verify/moved.json');
  }
  return { schema, moved: outs };
}

function parseMoves(text: string): { readonly schema: unknown; readonly moved: { readonly [name: string]: unknown } } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged((error as Error).message);
  }
  if (!isMap(value)) throw damaged('it is no JSON object');
  const { schema, moved } = value;
  if (schema === 1 && !isMap(moved)) throw damaged('it does not say what was moved');
  return { schema, moved: isMap(moved) ? moved : {} };
}

function damaged(why: string): MloError {
  return new MloError('MLO_FORMAT', `.mlo/verify/moved.json is damaged: ${why}`, {
    hint: 'The outs of the stage that was verified lie in .mlo/verify: move what you need to its place, then rm -r .mlo/verify',
  });
}
