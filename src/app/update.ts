import { MloError } from '../core/errors/mlo-error.ts';
import { isUrlSource, sourceText, type PointerSource } from '../core/pointer-source.ts';
import type { ProjectPath } from '../core/stage.ts';
import { throwIfInterrupted } from '../fs/interrupt.ts';
import { placeImport, refuseUnsaved } from './imports/place-import.ts';
import { moveRepository } from './imports/move-repository.ts';
import { moveUrl } from './imports/move-url.ts';
import type { Move } from './imports/move.ts';
import { readPointers, splitTargets, warnOfFaults, type Pointer } from './pointers.ts';
import { withProject, withWriter, type Project } from './project.ts';
import type { AppContext } from './types.ts';

export interface UpdateOptions {
  /** Imported paths, or folders that hold some. */
  readonly targets: readonly string[];
  /** Everything that was imported. */
  readonly all: boolean;
  /** `mlo import`: another branch, tag or commit, from now on. S3: this version of the object. */
  readonly rev?: string;
  /** Changes in the workspace that the cache does not have are given up, and all is downloaded again. */
  readonly force: boolean;
  readonly jobs?: number;
  /** Only says what would change. */
  readonly dry: boolean;
}

export interface UpdateData {
  /** False with `dry`. */
  readonly done: boolean;
  readonly imports: readonly {
    readonly path: ProjectPath;
    readonly from: string;
    /** `moved`: with `dry` not yet; `pinned`: one version was asked for, and stays. */
    readonly state: 'unchanged' | 'moved' | 'pinned' | 'failed';
    /** Moved ones: what it was and is now, in words. */
    readonly before?: string;
    readonly now?: string;
    readonly filesReceived?: number;
    readonly bytesReceived?: number;
    readonly error?: string;
    readonly code?: string;
  }[];
}

/** Imports what their sources hold now; one that fails does not keep the others back. */
export async function update(ctx: AppContext, options: UpdateOptions): Promise<UpdateData> {
  return await withWriter(ctx, async (project) => {
    const imports: UpdateData['imports'][number][] = [];
    for (const pointer of chosenImports(project, options)) {
      throwIfInterrupted(ctx.signal);
      imports.push(await updateOne(project, pointer, options));
    }
    return { done: !options.dry, imports };
  });
}

/** What an update of the imports among the targets (none: of all) would do; nothing is downloaded. */
export async function importStatus(ctx: AppContext, targets: readonly string[]): Promise<UpdateData['imports']> {
  return await withProject(ctx, async (project) => {
    const pointers = splitTargets(project, targets, readPointers(project)).pointers.filter(isImport);
    if (pointers.length === 0) return [];
    await project.sharedCache();
    const imports: UpdateData['imports'][number][] = [];
    for (const pointer of pointers) imports.push(await updateOne(project, pointer, { targets, all: true, force: false, dry: true }));
    return imports;
  });
}

type ImportPointer = Pointer & { readonly source: PointerSource };

function isImport(pointer: Pointer): pointer is ImportPointer {
  return pointer.source !== undefined;
}

function chosenImports(project: Project, { targets, all }: UpdateOptions): readonly ImportPointer[] {
  if (targets.length === 0 && !all)
    throw new MloError('MLO_USAGE', 'Which import is to be updated?', { hint: 'mlo update <path>, or all of them: mlo update --all' });
  const files = readPointers(project);
  const { pointers, parts, others, broken } = splitTargets(project, targets, files);
  if (broken[0] !== undefined && !all) throw broken[0].error;
  warnOfFaults(project, all ? files : { ...files, broken: [] });
  const [unknown] = [...others, ...parts.map(({ path }) => path)];
  if (unknown !== undefined)
    throw new MloError('MLO_TARGET', `'${unknown}' was not imported`, {
      hint: 'Name what was imported as a whole; mlo update --all takes everything.',
    });
  const imports = pointers.filter(isImport);
  if (imports.length > 0 || all) return imports;
  throw new MloError('MLO_TARGET', `'${targets[0] ?? ''}' was added, not imported: nobody knows where a newer one would be`, {
    hint: 'mlo import-url <url> <path> --force makes it an import.',
  });
}

async function updateOne(project: Project, pointer: ImportPointer, options: UpdateOptions): Promise<UpdateData['imports'][number]> {
  const { path, source, content } = pointer;
  const from = sourceText(source);
  try {
    const cache = await project.cache();
    if (!options.force && !options.dry) await refuseUnsaved(project, cache, path, content);
    const move = await moveOf(project, pointer, options);
    if (move.kind !== 'moved') return { path, from, state: move.kind };
    const { before, now } = move;
    if (options.dry) return { path, from, state: 'moved', before, now };
    const brought = await move.bring();
    await placeImport(project, cache, { path, content: brought.content, source: brought.source }, options.force);
    brought.done?.();
    return { path, from, state: 'moved', before, now, filesReceived: brought.files, bytesReceived: brought.bytes };
  } catch (error) {
    if (!(error instanceof MloError) || error.code === 'MLO_INTERRUPTED') throw error;
    const { message, hint, code } = error;
    return { path, from, state: 'failed', code, error: hint === undefined ? message : `${message} (${hint})` };
  }
}

async function moveOf(project: Project, { path, content, source }: ImportPointer, options: UpdateOptions): Promise<Move> {
  if (isUrlSource(source)) return await moveUrl(project, { path, content, source }, options);
  return await moveRepository(project, { content, source }, options);
}
