import { lstatSync } from 'node:fs';
import { sameContent } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { buildGraph } from '../core/graph/build.ts';
import type { OutIndex } from '../core/graph/graph.ts';
import type { ProjectPath } from '../core/stage.ts';
import { openIgnore } from '../fs/ignore.ts';
import { addGitignoreEntry } from '../fs/gitignore.ts';
import { loadProjectPipeline } from './load-pipeline.ts';
import { absolutePath, projectPath } from './paths.ts';
import { byteProgress } from './progress.ts';
import { listPointers, writePointer, type Pointer } from './pointers.ts';
import { withWriter, type Project } from './project.ts';
import { trackedByGit } from './repro/checks.ts';
import { POINTER_SUFFIX } from './scan-project.ts';
import type { AddData, AppContext } from './types.ts';

/** Tracks files and folders by content: bytes into the cache, then the pointer, then .gitignore. */
export async function add(ctx: AppContext, options: { readonly paths: readonly string[]; readonly commit: boolean }): Promise<AddData> {
  return await withWriter(ctx, async (project) => {
    if (options.paths.includes(''))
      throw new MloError('MLO_USAGE', 'A path to add is empty', { hint: 'Is a variable of the shell unset?' });
    const paths = options.paths.map((path) => projectPath(project.root, ctx.cwd, path));
    const pointers = listPointers(project);
    await refuse(project, paths, pointers);

    const cache = await project.cache();
    const stored = [];
    for (const path of paths) {
      const absolute = absolutePath(project.root, path);
      const onProgress = byteProgress(ctx.emit, 'commit', path);
      const content = options.commit
        ? await cache.commit(absolute, { signal: ctx.signal, onProgress })
        : await cache.observe(absolute, { signal: ctx.signal, onProgress });
      if (content === undefined) throw new MloError('MLO_SOURCE_CHANGED', `'${path}' disappeared while it was added`);
      stored.push({ path, content });
    }
    await cache.flush();

    const added = stored.map(({ path, content }) => {
      const before = pointers.find((pointer) => pointer.path === path);
      const changed = !sameContent(before?.content, content);
      const pointer = changed ? writePointer(project.root, path, content) : path + POINTER_SUFFIX;
      addGitignoreEntry(project.root, path);
      return {
        path,
        pointer,
        digest: content.digest,
        size: content.size,
        ...(content.files === undefined ? {} : { files: content.files }),
        changed,
      };
    });
    return { added };
  });
}

async function refuse(project: Project, paths: readonly ProjectPath[], pointers: readonly Pointer[]): Promise<void> {
  const ignore = openIgnore(project.root);
  const outs = await outsOf(project);
  const tracked = trackedByGit(project.root, paths);
  for (const path of paths) {
    const stat = lstatSync(absolutePath(project.root, path), { throwIfNoEntry: false });
    if (stat === undefined) throw new MloError('MLO_TARGET', `'${path}' does not exist`, { hint: 'Check the path.' });
    if (path === '.' || /^\.(mlo|git)(\/|$)/.test(path))
      throw new MloError('MLO_PATH_UNSAFE', `'${path}' cannot be added`, { hint: 'Add the folder that holds the data.' });
    if (isOfMlo(path, project)) {
      throw new MloError('MLO_USAGE', `'${path}' belongs to the pipeline and is kept in Git`, { hint: `git add '${path}'` });
    }
    if (path.endsWith(POINTER_SUFFIX))
      throw new MloError('MLO_USAGE', `'${path}' is a pointer`, {
        hint: `Add the data itself: mlo add ${path.slice(0, -POINTER_SUFFIX.length)}`,
      });
    if (tracked.has(path)) {
      throw new MloError('MLO_OUT_IN_GIT', `'${path}' is already tracked by Git`, {
        hint: `git rm -r --cached '${path}' && mlo add '${path}'`,
      });
    }
    if (ignore.ignores(path, stat.isDirectory()))
      throw new MloError('MLO_USAGE', `'${path}' is ignored by .mloignore`, { hint: 'Change .mloignore, or leave the path out.' });
    const [owned] = outs.touching(path);
    if (owned !== undefined) {
      throw new MloError('MLO_GRAPH', `'${path}' overlaps with out '${owned.out.path}' of stage '${owned.stage.address}'`, {
        hint: `Outs are kept by their stage: mlo repro ${owned.stage.address}, or mlo commit ${owned.stage.address}`,
      });
    }
    const other = pointers.find(
      (pointer) => pointer.path !== path && (path.startsWith(`${pointer.path}/`) || pointer.path.startsWith(`${path}/`)),
    );
    if (other !== undefined) {
      throw new MloError('MLO_GRAPH', `'${path}' overlaps with '${other.path}', which is tracked by '${other.pointerPath}'`, {
        hint: path.startsWith(`${other.path}/`)
          ? `Add the whole folder again: mlo add ${other.path}`
          : `First stop tracking it: rm '${other.pointerPath}'`,
      });
    }
  }
}

async function outsOf(project: Project): Promise<OutIndex> {
  const { pipeline } = await loadProjectPipeline(project, undefined, 'nothing');
  return buildGraph(pipeline.stages).outs;
}

function isOfMlo(path: ProjectPath, project: Project): boolean {
  return project.scan().pipelines.includes(path) || /(^|\/)(pipeline\.lock|dvc\.mlo\.lock|params\.yaml)$/.test(path);
}
