import { MloError } from '../../core/errors/mlo-error.ts';
import { loadProjectPipeline } from '../load-pipeline.ts';
import type { Project } from '../project.ts';
import type { NamedContent } from '../tracked/stored-texts.ts';

export interface Required {
  /** What the cache must have: data, and cached outs of stages that the pipeline declares. */
  readonly contents: readonly NamedContent[];
  /** Paths of outs that the pipeline keeps out of the cache. */
  readonly uncached: ReadonlySet<string>;
  /** Why it is not known which outs are cached: then none is asked for. */
  readonly fault?: MloError;
}

/** Of what locks and pointers name: what must be in the cache. */
export async function requiredContents(project: Project, contents: readonly NamedContent[]): Promise<Required> {
  const pointers = contents.filter((each) => each.lock === undefined);
  try {
    const { pipeline } = await loadProjectPipeline(project, undefined, 'nothing');
    const lockOf = new Map(pipeline.files.map((file) => [file.path, file.lockPath]));
    const cached = new Set(
      pipeline.stages.flatMap((stage) =>
        stage.outs.filter((out) => out.cache).map((out) => `${lockOf.get(stage.file) ?? ''}\0${stage.name}\0${out.path}`),
      ),
    );
    const uncached = new Set(pipeline.stages.flatMap((stage) => stage.outs.filter((out) => !out.cache).map((out) => out.path)));
    const isCached = ({ lock, path }: NamedContent): boolean => lock !== undefined && cached.has(`${lock.file}\0${lock.stage}\0${path}`);
    return { contents: [...pointers, ...contents.filter(isCached)], uncached };
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    return { contents: pointers, uncached: new Set(), fault: error };
  }
}
