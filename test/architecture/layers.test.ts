import { join } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { codeOf, importsOf, sourceFiles, type SourceFile } from './sources.ts';

interface Layer {
  readonly may: readonly string[];
  /** Of these by `import type` only. */
  readonly types?: readonly string[];
  /** What a violation is told. */
  readonly sentence: string;
}

/** The table of the design: which folder of `src` may import which others. */
const LAYERS: { readonly [folder: string]: Layer } = {
  core: { may: [], sentence: 'core holds pure rules and imports nothing of ours' },
  fs: { may: ['core'], sentence: 'fs may import core, and knows no domain words' },
  cache: { may: ['core', 'fs'], sentence: 'cache may import core and fs, never remote or tracking' },
  remote: { may: ['core', 'fs', 'cache'], sentence: 'remote may import core, fs and cache, never tracking, app or ui' },
  tracking: { may: ['core', 'fs'], sentence: 'tracking may import core and fs, never cache' },
  runtime: { may: ['core', 'fs'], sentence: 'runtime may import core and fs, never cache, tracking or ui' },
  executors: { may: ['core'], sentence: 'executors may import core only: they say which stage may start when, and run none' },
  app: { may: ['core', 'fs', 'cache', 'remote', 'tracking', 'runtime', 'executors'], sentence: 'app may import everything but ui and cli' },
  ui: { may: ['core'], types: ['app'], sentence: 'ui may import core, and types of app (import type): it makes text of events and data' },
  cli: { may: ['app', 'ui', 'core'], sentence: 'cli may import app, ui and core, never adapters directly' },
};

/** Packages that only one place may load. */
const OWNED: readonly { readonly packages: RegExp; readonly owner: RegExp; readonly sentence: string }[] = [
  { packages: /^better-sqlite3/, owner: /^src\/tracking\//, sentence: 'only tracking imports better-sqlite3' },
  { packages: /^@tensorflow\//, owner: /^src\/runtime\/tensorflow/, sentence: 'only runtime/tensorflow* imports TensorFlow.js' },
  { packages: /^(ink|react)(\/|$)/, owner: /^src\/ui\//, sentence: 'only ui imports Ink and React' },
  { packages: /^commander/, owner: /^src\/cli\//, sentence: 'only cli imports commander' },
  { packages: /^@napi-rs\//, owner: /^src\/fs\//, sentence: 'only fs imports the BLAKE3 package' },
  { packages: /^zod/, owner: /^src\/core\//, sentence: 'only core (schemas) imports zod' },
  { packages: /^yaml/, owner: /^src\/core\//, sentence: 'only core (parsers) imports yaml' },
  { packages: /^sharp/, owner: /^src\/fs\/load-sharp\.ts$/, sentence: 'only fs/load-sharp.ts imports sharp' },
  { packages: /^smol-toml/, owner: /^src\/core\//, sentence: 'only core (parsers) imports smol-toml' },
  { packages: /^@aws-sdk\//, owner: /^src\/remote\//, sentence: 'only the S3 adapter imports the AWS SDK' },
];

const files = sourceFiles('src/**/*.{ts,tsx}');

describe('layers', () => {
  it('has files to look at', () => {
    expect(files.length).toBeGreaterThan(100);
  });

  it('finds every kind of import, and which are gone when the file runs', () => {
    const text = `import a from './a.ts';\nimport {\n  b,\n  type C,\n} from "./b.ts";\nimport type { D } from './d.ts';\nimport './e.ts';\nexport * from './f.ts';
      export type { G } from './g.ts';\nconst h = await import('./h.ts');\ntype I = import('./i.ts').I;\n// import './commented.ts'
      import type {\n  J,\n} from "./j.ts";\nimport type K from './k.ts';\nimport { type L } from './l.ts';`;
    const names = (typeOnly: boolean): readonly string[] =>
      importsOf({ path: 'x.ts', text }).flatMap((found) => (found.typeOnly === typeOnly ? [found.name.slice(2, 3)] : []));
    expect([names(false).join(''), names(true).join('')]).toEqual(['abeflhi', 'dgjk']);
  });

  it('lets ui have types of app, and nothing of it that runs', () => {
    const violations = (text: string): number => layerViolations({ path: 'src/ui/render/x.ts', text }).length;
    expect(violations(`import type { PushData } from '../../app/push.ts';`)).toBe(0);
    expect(violations(`import { push } from '../../app/push.ts';`)).toBe(1);
    expect(violations(`import { type PushData } from '../../app/push.ts';`)).toBe(1);
    expect(violations(`import type { PushData } from '../../app/push.ts';\nimport { push } from '../../app/push.ts';`)).toBe(1);
    expect(violations(`const { push } = await import('../../app/push.ts');`)).toBe(1);
    expect(violations(`import type { Remote } from '../../remote/types.ts';`)).toBe(1);
  });

  it('knows every folder of src', () => {
    const folders = new Set(files.filter(({ path }) => path.split('/').length > 2).map(({ path }) => folderOf(path)));
    expect([...folders].filter((folder) => LAYERS[folder] === undefined)).toEqual([]);
  });

  it('lets each folder import only what the table allows', () => {
    expect(files.flatMap(layerViolations)).toEqual([]);
  });

  it('lets each heavy package be imported by its one owner only', () => {
    expect(files.flatMap(ownerViolations)).toEqual([]);
  });

  it('keeps core free of files, processes, clocks and chance', () => {
    const forbidden = /\bprocess\.|\bconsole\.|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bsetTimeout\b|\bcrypto\b/;
    const core = files.filter(({ path }) => path.startsWith('src/core/'));
    const impure = core
      .filter((file) => forbidden.test(codeOf(file)))
      .map(({ path }) => `${path}: core has no process, console, clock or random`);
    const node = core.filter((file) => importsOf(file).some(({ name }) => name.startsWith('node:') && name !== 'node:path/posix'));
    expect([...impure, ...node.map(({ path }) => `${path}: core imports nothing of Node but node:path/posix`)]).toEqual([]);
  });

  it('lets stages and examples use the public API only', () => {
    const stages = sourceFiles('stages/**/*.ts', 'examples/**/*.ts');
    const violations = stages.flatMap((file) =>
      importsOf(file)
        .filter(({ name }) => /(^|\/)src\//.test(name))
        .map(({ name }) => `${file.path} imports ${name}: stages import only mlo-cli`),
    );
    expect(violations).toEqual([]);
  });
});

function layerViolations(file: SourceFile): readonly string[] {
  const from = folderOf(file.path);
  const layer = LAYERS[from];
  if (layer === undefined) return [];
  const may = (folder: string, typeOnly: boolean): boolean =>
    folder === from || layer.may.includes(folder) || (typeOnly && layer.types?.includes(folder) === true);
  return importsOf(file)
    .filter(({ name }) => name.startsWith('.'))
    .map(({ name, typeOnly }) => ({ target: join(file.path, '..', name), typeOnly }))
    .filter(({ target, typeOnly }) => target.startsWith('src/') && !may(folderOf(target), typeOnly))
    .map(({ target }) => `${file.path} imports ${target}: ${layer.sentence}`);
}

function ownerViolations(file: SourceFile): readonly string[] {
  return importsOf(file).flatMap(({ name }) =>
    OWNED.filter(({ packages, owner }) => packages.test(name) && !owner.test(file.path)).map(
      ({ sentence }) => `${file.path} imports ${name}: ${sentence}`,
    ),
  );
}

function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}
