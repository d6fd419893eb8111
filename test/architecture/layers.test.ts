import { join } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { codeOf, importsOf, sourceFiles, type SourceFile } from './sources.ts';

interface Layer {
  readonly may: readonly string[];
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
  ui: { may: ['core'], sentence: 'ui may import core only: it is a reducer over events' },
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

  it('finds every kind of import', () => {
    const text = `import a from './a.ts';\nimport {\n  b,\n  type C,\n} from "./b.ts";\nimport type { D } from './d.ts';\nimport './e.ts';\nexport * from './f.ts';
      export type { G } from './g.ts';\nconst h = await import('./h.ts');\ntype I = import('./i.ts').I;\n// import './commented.ts'`;
    expect(importsOf({ path: 'x.ts', text })).toEqual(['a', 'b', 'd', 'e', 'f', 'g', 'h', 'i'].map((name) => `./${name}.ts`));
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
    const node = core.filter((file) => importsOf(file).some((name) => name.startsWith('node:') && name !== 'node:path/posix'));
    expect([...impure, ...node.map(({ path }) => `${path}: core imports nothing of Node but node:path/posix`)]).toEqual([]);
  });

  it('lets stages and examples use the public API only', () => {
    const stages = sourceFiles('stages/**/*.ts', 'examples/**/*.ts');
    const violations = stages.flatMap((file) =>
      importsOf(file)
        .filter((name) => /(^|\/)src\//.test(name))
        .map((name) => `${file.path} imports ${name}: stages import only mlo-cli`),
    );
    expect(violations).toEqual([]);
  });
});

function layerViolations(file: SourceFile): readonly string[] {
  const from = folderOf(file.path);
  const layer = LAYERS[from];
  if (layer === undefined) return [];
  return importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => join(file.path, '..', name))
    .filter((target) => target.startsWith('src/') && folderOf(target) !== from && !layer.may.includes(folderOf(target)))
    .map((target) => `${file.path} imports ${target}: ${layer.sentence}`);
}

function ownerViolations(file: SourceFile): readonly string[] {
  return importsOf(file).flatMap((name) =>
    OWNED.filter(({ packages, owner }) => packages.test(name) && !owner.test(file.path)).map(
      ({ sentence }) => `${file.path} imports ${name}: ${sentence}`,
    ),
  );
}

function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}
