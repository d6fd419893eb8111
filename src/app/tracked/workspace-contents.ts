import { join } from 'node:path';
import { fromLocked } from '../../core/lock/types.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { ProjectPath } from '../../core/stage.ts';
import type { Project } from '../project.ts';
import { looseReader } from '../read-text.ts';
import { finishedEntries } from '../repro/journal.ts';
import { namedContents, type NamedContent } from './stored-texts.ts';

/** What the locks and pointers of a workspace name, whatever the pipeline files say now. */
export interface WorkspaceContents {
  readonly contents: readonly NamedContent[];
  /** Locks and pointers that cannot be understood. */
  readonly faults: readonly { readonly file: ProjectPath; readonly error: MloError }[];
  /** Locks and pointers that were read. */
  readonly files: number;
}

export function workspaceContents(project: Project): WorkspaceContents {
  const { pointers, locks } = project.scan();
  const readText = looseReader(project.root);
  const contents: NamedContent[] = [];
  const faults: { readonly file: ProjectPath; readonly error: MloError }[] = [];
  for (const file of [...pointers, ...locks]) {
    try {
      for (const each of namedContents(file, readText(file) ?? '')) contents.push(each);
    } catch (error) {
      if (!(error instanceof MloError)) throw error;
      faults.push({ file, error });
    }
  }
  return { contents, faults, files: pointers.length + locks.length };
}

/** Outs of stages that have finished, and that no lock may hold yet. */
export function unlockedOuts(project: Project): readonly NamedContent[] {
  return finishedEntries(join(project.stateDir, 'repro.journal')).flatMap((entry) =>
    Object.entries(entry.outs ?? {}).map(([path, locked]) => ({ path, content: fromLocked(locked) })),
  );
}
