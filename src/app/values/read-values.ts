import { MloError } from '../../core/errors/mlo-error.ts';
import type { ProjectPath } from '../../core/stage.ts';
import type { Value } from '../../core/value.ts';
import type { Project } from '../project.ts';
import type { ValuesData } from '../types.ts';
import { WORKSPACE, type ValueSource } from './source.ts';

/** A file, or the files of a folder, and what to make of the text. */
export type ParseText = (path: ProjectPath, text: string) => Value;

/**
 * Values of the files that exist, by path. A file that cannot be understood is an error in the
 * workspace, where it can be mended, and a warning in a revision, where it cannot.
 */
export async function readValues(
  project: Project,
  source: ValueSource,
  paths: Iterable<ProjectPath>,
  parse: ParseText,
): Promise<ValuesData> {
  const files: Record<string, Value> = {};
  for (const path of [...new Set([...paths].flatMap((each) => source.filesAt(each)))].sort()) {
    const text = await source.readText(path);
    if (text === undefined) continue;
    const value = parseOrWarn(project, source, path, () => parse(path, text));
    if (value !== undefined) files[path] = value;
  }
  return { files };
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
