import { lstatSync, type Stats } from 'node:fs';
import { MloError } from '../../core/errors/mlo-error.ts';
import { foldersAround } from '../../core/path/own-paths.ts';
import { hasOwnFolder } from '../../core/path/project-path.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { isErrno } from '../../fs/errno.ts';
import { explainIgnore } from '../../fs/ignore-explain.ts';
import { innerProject } from '../inner-project.ts';
import { absolutePath } from '../paths.ts';
import type { PointerTree } from '../pointer-tree.ts';
import { DVC_SUFFIX, POINTER_SUFFIX, unwalkedFolder } from '../scan-project.ts';

/** What the file systems of Linux and macOS allow, bytes. */
const LONGEST_NAME = 255;

/** Names that cannot be what was meant, or whose pointer could not be written. */
export function unusableName(path: ProjectPath): MloError | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (path.includes('�')) {
    return new MloError('MLO_PATH_UNSAFE', `'${path}' is not UTF-8, so no pointer can have its name`, {
      hint: 'Rename it, or put it into a folder and add the folder: in there every name is kept.',
    });
  }
  const room = LONGEST_NAME - POINTER_SUFFIX.length;
  const length = Buffer.byteLength(name);
  if (length <= room) return undefined;
  return new MloError(
    'MLO_PATH_UNSAFE',
    `The name '${name.slice(0, 40)}…' has ${length} bytes; its pointer would need more than ${LONGEST_NAME}`,
    {
      hint: `Give it a name of ${room} bytes or less, or put it into a folder and add the folder.`,
      details: { path },
    },
  );
}

/** Places where no data can be tracked, but for what is asked of the folders that are. `links` remembers which folders are symlinks. */
export function unsafePlace(
  root: string,
  path: ProjectPath,
  pointers: PointerTree,
  links: Map<ProjectPath, boolean> = new Map(),
): MloError | undefined {
  if (path === '.' || hasOwnFolder(path))
    return new MloError('MLO_PATH_UNSAFE', `'${path}' cannot be tracked`, { hint: 'Name the folder that holds the data.' });
  const link = foldersAround(path).find((folder) => isLink(root, folder, links));
  if (link !== undefined) {
    return new MloError('MLO_PATH_UNSAFE', `'${path}' lies behind the symlink '${link}'`, {
      hint: 'Use the path that the link leads to.',
    });
  }
  const other = innerProject(root, path);
  if (other !== undefined) {
    return new MloError('MLO_PATH_UNSAFE', `'${path}' lies in '${other}', which is a project of its own`, {
      hint: `cd ${shellWord(other)} && mlo add ${shellWord(path.slice(other.length + 1))}`,
    });
  }
  const unseen = pointers.around(path) === undefined ? unseenPlace(root, path) : undefined;
  if (unseen !== undefined) return unseen;
  if (!path.endsWith(POINTER_SUFFIX)) return undefined;
  return new MloError('MLO_USAGE', `'${path}' has the name of a pointer`, {
    hint: `Name the data itself: ${shellWord(path.slice(0, -POINTER_SUFFIX.length))}`,
  });
}

/** A pointer or lock there would never be looked at again, and gc would delete what it names. */
export function unseenPlace(root: string, path: ProjectPath): MloError | undefined {
  const unwalked = unwalkedFolder(root, path);
  if (unwalked === undefined) return undefined;
  const { folder, why } = unwalked;
  if (why === 'name') {
    return new MloError(
      'MLO_PATH_UNSAFE',
      `'${path}' lies in '${folder}', and no pointers or locks are looked for in hidden folders and node_modules`,
      {
        hint: 'Use another folder.',
      },
    );
  }
  const beside = folder + (why === 'dvc' ? DVC_SUFFIX : POINTER_SUFFIX);
  return new MloError(
    'MLO_PATH_UNSAFE',
    `'${path}' lies in '${folder}', which '${beside}' tracks as a whole: no pointers or locks are looked for there`,
    {
      hint: `Use another folder, or remove ${shellWord(beside)} where it is not needed any more.`,
    },
  );
}

export function isProjectFile(path: ProjectPath): boolean {
  return /(^|\/)(pipeline\.lock|dvc\.mlo\.lock|params\.yaml|\.mloignore|\.gitignore|\.gitattributes)$/.test(path);
}

export function ignoredPath(root: string, path: ProjectPath, isFolder: boolean): MloError {
  const { decides } = explainIgnore(root, path, isFolder);
  const where = decides === undefined ? '.mloignore' : `${decides.file}:${decides.line}: ${decides.pattern}`;
  return new MloError('MLO_USAGE', `'${path}' is ignored by ${where}`, { hint: 'Change that pattern, or use another path.' });
}

/** Undefined where nothing lies, or nothing can lie. */
export function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isErrno(error, 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}

function isLink(root: string, folder: ProjectPath, links: Map<ProjectPath, boolean>): boolean {
  let known = links.get(folder);
  if (known === undefined) links.set(folder, (known = statOf(absolutePath(root, folder))?.isSymbolicLink() === true));
  return known;
}
