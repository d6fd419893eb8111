import type { BackendName, Stage } from '../../core/stage.ts';
import { intraOpThreadsHere, nativeEnvironment } from '../../runtime/tensorflow/native/environment.ts';
import { findNative } from '../../runtime/tensorflow/native/find-native.ts';
import { mentionsTensorFlow } from '../../runtime/tensorflow/mentions-tensorflow.ts';
import type { ModuleSpec } from '../../runtime/types.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';

export interface BackendChoice {
  readonly spec: Pick<ModuleSpec, 'backend' | 'preferredBackend' | 'native' | 'nativeMissing' | 'intraOpThreads' | 'isolate'>;
  /** On top of the stage's own environment. */
  readonly env: { readonly [name: string]: string };
}

/**
 * Which backends a module stage may get, and where it runs. In a thread, unless the stage or the configuration says otherwise, or
 * native TensorFlow could be shared in a way that is not safe or not what the stage asks for: then in a process of its own.
 */
export function chooseBackend(project: Project, stage: Stage, sideBySide: boolean): BackendChoice {
  const { config, root, ctx } = project;
  const preferred: BackendName | undefined = config.backend === 'auto' ? undefined : config.backend;
  const asked = stage.isolate === 'auto' ? config.isolate : stage.isolate;
  const threads = Math.max(1, Math.floor(stage.cpus));
  const wish = {
    ...(stage.backend === undefined ? {} : { backend: stage.backend }),
    ...(preferred === undefined ? {} : { preferredBackend: preferred }),
    intraOpThreads: threads,
  };
  const wantsNative = (stage.backend ?? preferred ?? 'native') === 'native';
  if (!wantsNative || stage.action.kind !== 'module' || !usesTensorFlow(project, stage))
    return { spec: { ...wish, isolate: asked === 'process' ? 'process' : 'worker' }, env: {} };

  const found = findNative(ctx.env, root);
  if (found.state !== 'ready')
    return { spec: { ...wish, nativeMissing: found.why, isolate: asked === 'process' ? 'process' : 'worker' }, env: {} };
  const native = found.build;
  const settings = ownSettings(stage);
  const isShared = sideBySide || !native.ours || settings || (intraOpThreadsHere() ?? threads) !== threads;
  const isolate = asked === 'auto' ? (isShared ? 'process' : 'worker') : asked;
  return { spec: { ...wish, native, isolate }, env: withoutOwn(nativeEnvironment(threads), stage) };
}

function usesTensorFlow({ root }: Project, stage: Stage): boolean {
  if (stage.backend !== undefined) return true;
  return stage.action.kind === 'module' && mentionsTensorFlow(absolutePath(root, stage.action.path));
}

/** Variables of TensorFlow that the stage sets itself; they are for a whole process. */
function ownSettings({ env, passEnv }: Stage): boolean {
  return [...Object.keys(env), ...passEnv].some((name) => name.startsWith('TF_'));
}

function withoutOwn(variables: { readonly [name: string]: string }, { env, passEnv }: Stage): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => env[name] === undefined && !passEnv.includes(name)));
}
