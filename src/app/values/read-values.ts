import { isLostObject } from '../../core/errors/lost-object.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { given } from '../../core/given.ts';
import type { ProjectPath } from '../../core/stage.ts';
import type { Value } from '../../core/value.ts';
import type { Project } from '../project.ts';
import type { UnreadValues, ValuesData } from '../types.ts';
import { WORKSPACE, type ValueSource } from './source.ts';

/** A file, or the files of a folder, and what to make of the text. */
export type ParseText = (path: ProjectPath, text: string) => Value;

/**
 * Values of the files that exist, by path. A file that cannot be understood is an error in the
 * workspace, where it can be mended, and a warning in a revision, where it cannot. What a revision has
 * and this cache has not is `unread`: its values are not known.
 */
export async function readValues(
  project: Project,
  source: ValueSource,
  paths: Iterable<ProjectPath>,
  parse: ParseText,
): Promise<ValuesData> {
  const files: Record<string, Value> = {};
  const unread: UnreadValues[] = [];
  const orUnread = async <T>(path: ProjectPath, look: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await look();
    } catch (error) {
      if (!isLostObject(error)) throw error;
      const { code, message, hint } = error;
      unread.push({ path, revision: source.label, code, message, ...given({ hint }) });
      return undefined;
    }
  };
  const found = new Set<ProjectPath>();
  for (const path of new Set(paths)) for (const file of (await orUnread(path, () => source.filesAt(path))) ?? []) found.add(file);
  for (const path of [...found].sort()) {
    const text = await orUnread(path, () => source.readText(path));
    if (text === undefined) continue;
    const value = parseOrWarn(project, source, path, () => parse(path, text));
    if (value !== undefined) files[path] = value;
  }
  return unread.length === 0 ? { files } : { files, unread };
}

function parseOrWarn(project: Project, source: ValueSource, path: ProjectPath, parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof MloError) || source.label === WORKSPACE) throw error;
    project.ctx.emit({ type: 'warning', message: `'${path}' of revision ${source.label} is left out: ${error.message}` });
    return undefined;
  }
}
