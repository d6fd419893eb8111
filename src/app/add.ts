import { lstatSync } from 'node:fs';
import type { Cache } from '../cache/types.ts';
import { sameContent, type Content } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { buildGraph } from '../core/graph/build.ts';
import type { OutIndex } from '../core/graph/graph.ts';
import { formatPointer } from '../core/pointer.ts';
import type { ProjectPath } from '../core/stage.ts';
import { addGitignoreEntries } from '../fs/gitignore.ts';
import { throwIfInterrupted } from '../fs/interrupt.ts';
import { trace } from '../fs/trace.ts';
import { writeFilesAtomic } from '../fs/write-many.ts';
import { AddProgress } from './add/add-progress.ts';
import { choosePaths, type TypedPaths } from './add/choose-paths.ts';
import { readPointersFor } from './add/read-pointers.ts';
import { refusePaths } from './add/refuse.ts';
import { updateParts } from './add/update-parts.ts';
import { loadProjectPipeline } from './load-pipeline.ts';
import { absolutePath } from './paths.ts';
import type { PointerTree } from './pointer-tree.ts';
import { withWriter, type Project } from './project.ts';
import { POINTER_SUFFIX } from './scan-project.ts';
import type { AddData, AppContext } from './types.ts';

export interface AddCommandOptions extends Partial<TypedPaths> {
  /** Bytes go into the cache; without it only pointers are written. */
  readonly commit: boolean;
}

/** Tracks files and folders by content: bytes into the cache, then the pointers, then .gitignore. */
export async function add(ctx: AppContext, { paths: typed = [], listed = [], commit }: AddCommandOptions): Promise<AddData> {
  return await withWriter(ctx, async (project) => {
    const paths = choosePaths(project, { paths: typed, listed });
    const pointers = readPointersFor(project, paths);
    const outs = await trace('load', () => outsOf(project));
    trace('check paths', () => refusePaths(project, paths, pointers, outs));

    const progress = new AddProgress(ctx.emit, paths);
    const cache = await project.cache();
    const lacked = new Set(commit ? paths.filter((path) => lacks(cache, pointers.at(path)?.content)) : []);
    const stored = await store({ project, cache, progress, commit }, paths, pointers);
    const added = [...wholePaths(stored, pointers, lacked), ...folderParts(cache, stored, pointers, commit)];
    await cache.flush();

    await writeChanged(project, added, progress);
    addGitignoreEntries(
      project.root,
      added.map(({ path }) => path),
    );
    return { added: added.map(report) };
  });
}

interface Storing {
  readonly project: Project;
  readonly cache: Cache;
  readonly progress: AddProgress;
  readonly commit: boolean;
}

/** One path with a pointer of its own. */
interface Added {
  readonly path: ProjectPath;
  readonly content: Content;
  readonly changed: boolean;
  /** The pointer stays, and the cache has the bytes only now. */
  readonly isNew?: boolean;
  readonly parts?: AddData['added'][number]['parts'];
}

/** What lies at the paths now; undefined where a path of an added folder is gone. */
async function store(
  { project, cache, progress, commit }: Storing,
  paths: readonly ProjectPath[],
  pointers: PointerTree,
): Promise<ReadonlyMap<ProjectPath, Content | undefined>> {
  const { signal } = project.ctx;
  const stored = new Map<ProjectPath, Content | undefined>();
  for (const path of paths) {
    throwIfInterrupted(signal);
    const absolute = absolutePath(project.root, path);
    const options = { signal, onProgress: progress.onProgress };
    const isPart = pointers.around(path) !== undefined;
    const isGone = isPart && lstatSync(absolute, { throwIfNoEntry: false }) === undefined;
    const content = isGone ? undefined : commit ? await cache.commit(absolute, options) : await cache.observe(absolute, options);
    if (content === undefined && !isPart)
      throw new MloError('MLO_SOURCE_CHANGED', `'${path}' disappeared while it was added`, { hint: 'Run the command again.' });
    if (content !== undefined) progress.finished(content);
    stored.set(path, content);
  }
  return stored;
}

function wholePaths(
  stored: ReadonlyMap<ProjectPath, Content | undefined>,
  pointers: PointerTree,
  lacked: ReadonlySet<ProjectPath>,
): readonly Added[] {
  return [...stored].flatMap(([path, content]) => {
    if (content === undefined || pointers.around(path) !== undefined) return [];
    const changed = !sameContent(pointers.at(path)?.content, content);
    return [{ path, content, changed, isNew: !changed && lacked.has(path) }];
  });
}

function lacks(cache: Cache, content: Content | undefined): boolean {
  return content !== undefined && !cache.has(content);
}

/** Paths inside added folders, by folder. */
function folderParts(
  cache: Cache,
  stored: ReadonlyMap<ProjectPath, Content | undefined>,
  pointers: PointerTree,
  commit: boolean,
): readonly Added[] {
  const byFolder = Map.groupBy(stored, ([path]) => pointers.around(path));
  return [...byFolder].flatMap(([pointer, inside]) => {
    if (pointer === undefined) return [];
    const { content, parts } = updateParts(cache, pointer, new Map(inside), commit);
    return [{ path: pointer.path, content, changed: !sameContent(pointer.content, content), parts }];
  });
}

async function writeChanged(project: Project, added: readonly Added[], progress: AddProgress): Promise<void> {
  const changed = added.filter((each) => each.changed);
  await writeFilesAtomic(
    changed.map(({ path, content }) => [absolutePath(project.root, path + POINTER_SUFFIX), formatPointer(content)] as const),
    (done) => progress.pointers(done, changed.length),
  );
}

function report({ path, content, changed, isNew = false, parts }: Added): AddData['added'][number] {
  const { digest, size, files } = content;
  return {
    path,
    pointer: path + POINTER_SUFFIX,
    digest,
    size,
    ...(files === undefined ? {} : { files }),
    changed,
    ...(isNew ? { stored: true } : {}),
    ...(parts === undefined ? {} : { parts }),
  };
}

async function outsOf(project: Project): Promise<OutIndex> {
  const { pipeline } = await loadProjectPipeline(project, undefined, 'nothing');
  return buildGraph(pipeline.stages).outs;
}
