import type { ProjectPath } from '../stage.ts';

/** A folder of this name makes the folder that it lies in a project of its own. */
export const PROJECT_FOLDER = '.mlo';

/** Of the files below a project root, those that belong to no project further down. */
export function ownPaths(files: Iterable<ProjectPath>): readonly ProjectPath[] {
  const all = [...files];
  const projects = new Set(
    all.flatMap((path) => {
      const end = path.indexOf(`/${PROJECT_FOLDER}/`);
      return end === -1 ? [] : [path.slice(0, end)];
    }),
  );
  return projects.size === 0 ? all : all.filter((path) => !foldersAround(path).some((folder) => projects.has(folder)));
}

/** Whether a walk through a project, or through one of its commits, enters a folder of that name. */
export function isWalkedName(name: string): boolean {
  return !name.startsWith('.') && name !== 'node_modules';
}

/** The folders that `path` lies in, the nearest first; without the root. */
export function foldersAround(path: ProjectPath): ProjectPath[] {
  const folders: ProjectPath[] = [];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) folders.push(path.slice(0, slash));
  return folders;
}
