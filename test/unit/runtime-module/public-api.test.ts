import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineStage, type StageContext } from '../../../src/index.ts';
import { isStage } from '../../../src/runtime/api/define-stage.ts';
import { REPOSITORY } from '../../helpers/index.ts';

describe('defineStage', () => {
  it('takes a function or an object with one', () => {
    expect(isStage(defineStage(() => {}))).toBe(true);
    expect(isStage(defineStage({ deps: ['a'], run: () => {} }))).toBe(true);
    expect(isStage({ run: () => {} })).toBe(false);
    expect(() => defineStage({} as never)).toThrow('defineStage needs a function');
    expect(() => defineStage({ params: {} as never, run: () => {} })).toThrow('Standard Schema');
  });

  it('types params by the output of the schema, and deps and outs by the names listed', () => {
    const schema = z.object({ lr: z.number(), size: z.string().transform(Number) });
    defineStage({
      params: schema,
      deps: ['table'],
      outs: ['model', 'report'],
      run: ({ params, deps, outs, tf, rng, signal }) => {
        expectTypeOf(params).toEqualTypeOf<{ lr: number; size: number }>();
        expectTypeOf(deps).toEqualTypeOf<{ readonly table: string }>();
        expectTypeOf(outs.report).toEqualTypeOf<string>();
        expectTypeOf(tf.scalar).toBeFunction();
        expectTypeOf(rng()).toEqualTypeOf<number>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      },
    });
    expectTypeOf<StageContext['deps']>().toEqualTypeOf<{ readonly [name: string]: string }>();
  });
});

describe('the public API', () => {
  it('loads neither TensorFlow.js nor SQLite nor zod', () => {
    const script = `import { createRequire, registerHooks } from 'node:module';
      const seen = []; registerHooks({ resolve(s, c, next) { const found = next(s, c); seen.push(found.url); return found; } });
      await import(${JSON.stringify(pathToFileURL(join(REPOSITORY, 'src/index.ts')).href)});
      console.log(JSON.stringify(seen.filter((url) => url.includes('node_modules'))));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect({ stdout, stderr }).toEqual({ stdout: '[]\n', stderr: '' });
  });
});
