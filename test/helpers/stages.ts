import type { OutSpec, Stage } from '../../src/core/stage.ts';

const AT = { file: 'pipeline.yaml', line: 1, column: 1 };

/** A shell stage for tests of pure rules: `stage('b', { deps: ['a.out'], outs: ['b.out'] })`. */
export function stage(
  name: string,
  parts: Partial<Omit<Stage, 'deps' | 'outs' | 'params'>> & {
    readonly deps?: readonly string[];
    readonly outs?: readonly (string | Partial<OutSpec>)[];
    readonly params?: readonly string[];
  } = {},
): Stage {
  const { deps = [], outs = [], params = [], ...rest } = parts;
  return {
    address: name,
    name,
    file: 'pipeline.yaml',
    wdir: '.',
    action: { kind: 'cmd', commands: [`make ${name}`], text: `make ${name}` },
    deps: deps.map((path) => ({ path, declared: path, at: AT })),
    params: params.length === 0 ? [] : [{ file: 'params.yaml', keys: params, at: AT }],
    outs: outs.map((out) => (typeof out === 'string' ? outSpec(out) : { ...outSpec(out.path ?? ''), ...out })),
    env: {},
    passEnv: [],
    isolate: 'auto',
    cpus: 1,
    frozen: false,
    alwaysChanged: false,
    at: AT,
    ...rest,
  };
}

function outSpec(path: string): OutSpec {
  return { path, declared: path, kind: 'out', cache: true, persist: false, push: true, at: AT };
}
