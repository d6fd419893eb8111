import { dirname } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { OutIndex } from '../../core/graph/graph.ts';
import { isInside } from '../../core/path/project-path.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { openGit } from '../../fs/git.ts';
import { openIgnore, type IgnoreRules } from '../../fs/ignore.ts';
import { absolutePath } from '../paths.ts';
import type { PointerTree } from '../pointer-tree.ts';
import type { Project } from '../project.ts';
import { ignoredPath, isProjectFile, statOf, unsafePlace, unusableName } from './path-faults.ts';

const MOST_TOLD = 20;

/** Throws everything that speaks against adding these paths, before anything is written. */
export function refusePaths(project: Project, paths: readonly ProjectPath[], pointers: PointerTree, outs: OutIndex): void {
  const rules: Rules = {
    project,
    pointers,
    outs,
    ignore: openIgnore(project.root),
    tracked: new Set(openGit(project.root)?.tracked(paths)),
    pipelines: new Set(project.scan().pipelines),
    links: new Map(),
  };
  const errors = paths.flatMap((path) => refusal(rules, path) ?? []);
  const [first] = errors;
  if (first === undefined) return;
  if (errors.length === 1) throw first;
  throw new MloError(first.code, `${errors.length} of ${paths.length} paths cannot be added; nothing was added`, {
    problems: errors.slice(0, MOST_TOLD).map(({ code, message, hint }) => ({ code, message, ...(hint === undefined ? {} : { hint }) })),
    ...(errors.length > MOST_TOLD ? { hint: `These are the first ${MOST_TOLD}.` } : {}),
  });
}

interface Rules {
  readonly project: Project;
  readonly pointers: PointerTree;
  readonly outs: OutIndex;
  readonly ignore: IgnoreRules;
  readonly tracked: ReadonlySet<ProjectPath>;
  readonly pipelines: ReadonlySet<ProjectPath>;
  /** Folders that were looked at: whether they are symlinks. */
  readonly links: Map<ProjectPath, boolean>;
}

function refusal(rules: Rules, path: ProjectPath): MloError | undefined {
  return unusableName(path) ?? placeFault(rules, path) ?? ownerFault(rules, path);
}

/** Paths that no data lies at. */
function placeFault({ project, pointers, ignore, links, pipelines }: Rules, path: ProjectPath): MloError | undefined {
  const fault = unsafePlace(project.root, path, pointers, links);
  if (fault !== undefined) return fault;
  const stat = statOf(absolutePath(project.root, path));
  if (stat === undefined) return missing(project, pointers, path);
  if (pipelines.has(path) || isProjectFile(path)) {
    return new MloError('MLO_USAGE', `'${path}' belongs to the project's own files, which are kept in Git`, {
      hint: `git add ${shellWord(path)}`,
    });
  }
  return ignore.ignores(path, stat.isDirectory()) ? ignoredPath(project.root, path, stat.isDirectory()) : undefined;
}

/** In an added folder, a path that is gone is a change like any other. */
function missing({ root }: Project, pointers: PointerTree, path: ProjectPath): MloError | undefined {
  if (pointers.around(path) !== undefined && statOf(dirname(absolutePath(root, path)))?.isDirectory() === true) return undefined;
  const known = pointers.at(path);
  return new MloError('MLO_TARGET', `'${path}' does not exist`, {
    hint:
      known === undefined
        ? 'Check the path.'
        : `Bring it back: mlo checkout ${shellWord(path)}, or stop tracking it: mlo remove ${shellWord(path)}`,
  });
}

/** What somebody else keeps. */
function ownerFault({ tracked, outs, pointers }: Rules, path: ProjectPath): MloError | undefined {
  const word = shellWord(path);
  if (tracked.has(path)) {
    return new MloError('MLO_OUT_IN_GIT', `'${path}' is already tracked by Git`, {
      hint: `git rm -r --cached '${path.replaceAll("'", `'\\''`)}' && mlo add ${word}`,
    });
  }
  const [owned] = outs.touching(path);
  if (owned !== undefined && owned.out.path !== path && isInside(path, owned.out.path)) {
    return new MloError(
      'MLO_GRAPH',
      `In '${path}' lies out '${owned.out.path}' of stage '${owned.stage.address}', which the stage keeps itself`,
      {
        hint: `Add what lies beside it (mlo add '${path}/…'), or let the stage write into another folder: change the out and the command in ${owned.stage.file}`,
      },
    );
  }
  if (owned !== undefined) {
    return new MloError('MLO_GRAPH', `'${path}' overlaps with out '${owned.out.path}' of stage '${owned.stage.address}'`, {
      hint: `Outs are kept by their stage: mlo repro ${shellWord(owned.stage.address)}, or mlo commit ${shellWord(owned.stage.address)}`,
    });
  }
  const inside = pointers.below(path);
  if (inside !== undefined) {
    return new MloError('MLO_GRAPH', `'${path}' overlaps with '${inside.path}', which is tracked by '${inside.pointerPath}'`, {
      hint: `mlo remove ${shellWord(inside.path)} && mlo add ${word}`,
    });
  }
  const around = pointers.around(path);
  if (around === undefined || around.content.kind === 'tree') return undefined;
  return new MloError('MLO_GRAPH', `'${path}' lies in '${around.path}', which was a file when it was added`, {
    hint: `Add the folder first: mlo add ${shellWord(around.path)}`,
  });
}
