import { realpathSync, statSync } from 'node:fs';
import Module, {
  createRequire,
  isBuiltin,
  registerHooks,
  type LoadFnOutput,
  type LoadHookContext,
  type ResolveFnOutput,
  type ResolveHookContext,
} from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { entryPoint, PUBLIC_MODULES } from '../../fs/entry-point.ts';
import type { CodeGraph } from './code-graph.ts';
import { packageOf } from './installed-packages.ts';
import { isQuiet, quietly } from './quiet.ts';
import { resolutionCandidates, typescriptCandidates } from './resolution-candidates.ts';

type NextResolve = (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput;
type NextLoad = (url: string, context?: Partial<LoadHookContext>) => LoadFnOutput;

export interface HookOptions {
  /** URL of the entry module, which mlo itself imports. */
  readonly entry: string;
  readonly graph: CodeGraph;
  /** The stage imports TensorFlow.js: called before the import is done. */
  readonly onTensorFlow: () => void;
  /** The same for tfjs-node; false where it cannot have it. */
  readonly onNativeTensorFlow: () => boolean;
  /** Text of each own file before it runs. */
  readonly onSource: (text: string) => void;
}

const INDEX = entryPoint('index').href;
const OWN_FOLDER = new URL('./', INDEX).href;
/** Packages that the iris template uses: lent to projects that have none of their own, a folder without package.json for instance. */
const LENT = /^(zod|sharp)$/;
/** The GPU build of tfjs-node is not ours to answer for: it is found in the project. */
const TENSORFLOW = /^@tensorflow\/tfjs(?!-node)(-|\/|$)/;
const NATIVE_TENSORFLOW = /^@tensorflow\/tfjs-node(\/|$)/;

/**
 * From here on this thread resolves and loads modules as stages need it: `mlo-cli` (with its subpaths) and TensorFlow.js
 * are those of the running mlo, the project's TypeScript is ESM whatever package.json says, `./h` and `./k.js`
 * find `.ts` files. What the stage loads goes into `graph`; what mlo loads for itself does not.
 */
export function hookModules(options: HookOptions): void {
  const { graph, entry } = options;
  /** Modules that are mlo's, or that only mlo has asked for. */
  const ours = new Set<string>();
  const isOurs = (url: string): boolean => url.startsWith(OWN_FOLDER) || ours.has(url);

  function resolve(specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput {
    const parent = context.parentURL;
    if (isBuiltin(specifier)) return next(specifier, context);
    if (specifier !== entry && parent !== undefined && isOurs(parent)) return remember(next(specifier, context));
    const own = Object.hasOwn(PUBLIC_MODULES, specifier) ? PUBLIC_MODULES[specifier] : undefined;
    if (own !== undefined) return remember(goTo(fileURLToPath(entryPoint(own)), context, next));
    if (NATIVE_TENSORFLOW.test(specifier)) {
      const taken = options.onNativeTensorFlow() ? specifier : '@tensorflow/tfjs';
      return remember(goTo(createRequire(INDEX).resolve(taken), context, next));
    }
    if (TENSORFLOW.test(specifier)) {
      options.onTensorFlow();
      return remember(goTo(findTensorFlow(specifier), context, next));
    }
    const found = resolveForStage(specifier, context, next);
    if (!isOurs(found.url)) record(specifier, context, found);
    return found;
  }

  function remember(found: ResolveFnOutput): ResolveFnOutput {
    ours.add(found.url);
    return found;
  }

  function resolveForStage(specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!NOT_FOUND.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      const path = pathOf(specifier, context.parentURL);
      const found = path === undefined ? undefined : typescriptCandidates(path).find(isFile);
      if (found !== undefined) return goTo(found, context, next);
      recordFailed(specifier, context);
      if (LENT.test(specifier)) return remember(lend(specifier, context, next));
      throw error;
    }
  }

  function record(specifier: string, context: ResolveHookContext, found: ResolveFnOutput): void {
    if (!found.url.startsWith('file:')) return;
    const file = fileURLToPath(found.url);
    const path = pathOf(specifier, context.parentURL);
    const parentFolder = folderOf(context.parentURL);
    if (path !== undefined && (parentFolder === undefined || packageOf(`${parentFolder}/`) === undefined)) graph.addLinks(path);
    if (path !== undefined) recordTried(path, isRequire(context), file);
    else if (parentFolder !== undefined) recordNamed(specifier, parentFolder, file);

    if (packageOf(file) !== undefined) graph.addPackage(file);
    else if (path === undefined || /\.jsx?$/.test(file) || extname(file) === '') graph.addScope(dirname(file));
  }

  function recordNamed(specifier: string, parentFolder: string, file: string): void {
    const target = packageOf(file);
    const parent = packageOf(`${parentFolder}/`);
    if (target !== undefined && target.folder === parent?.folder) return;
    const inner = specifier.startsWith('#');
    if (inner && parent === undefined) graph.addScope(parentFolder);
    const name = inner ? target?.name : packageName(specifier);
    if (name !== undefined) graph.addImport(parentFolder, name);
  }

  /** A package that copes without another one is not followed: what it tries may be for other platforms. */
  function recordFailed(specifier: string, context: ResolveHookContext): void {
    const path = pathOf(specifier, context.parentURL);
    const folder = folderOf(context.parentURL);
    if (folder !== undefined && packageOf(`${folder}/`) !== undefined) return;
    if (path !== undefined) graph.addLinks(path);
    if (path !== undefined) recordTried(path, isRequire(context), undefined);
    else if (folder !== undefined && !specifier.startsWith('#')) graph.addImport(folder, packageName(specifier));
  }

  /** What would have been taken before `found`, had it existed, and the links that lead there. */
  function recordTried(path: string, commonJs: boolean, found: string | undefined): void {
    if (packageOf(path) !== undefined) return;
    for (const candidate of resolutionCandidates(path, commonJs)) {
      if (found !== undefined && isSame(candidate, found)) {
        graph.addLinks(candidate);
        return;
      }
      if (candidate === join(path, 'package.json') && isFile(candidate)) graph.addScope(path);
      else graph.addMissing(candidate);
    }
  }

  function load(url: string, context: LoadHookContext, next: NextLoad): LoadFnOutput {
    if (!url.startsWith('file:') || isOurs(url)) return next(url, context);
    const path = fileURLToPath(url);
    if (packageOf(path) !== undefined) return next(url, context);
    const loaded = next(url, /\.m?ts$/.test(path) ? { ...context, format: 'module-typescript' } : context);
    const { source } = loaded;
    if (source === undefined || source === null) return loaded;
    const bytes = typeof source === 'string' ? source : new Uint8Array(source as ArrayBuffer);
    graph.addFile(path, bytes);
    options.onSource(Buffer.from(bytes as Uint8Array).toString());
    return url === entry && loaded.format === 'commonjs' && typeof source !== 'string' ? requireInstead(path) : loaded;
  }

  registerHooks({
    resolve: (specifier, context, next) => quietly(() => resolve(specifier, context, next as NextResolve)),
    load: (url, context, next) => quietly(() => load(url, context, next as NextLoad)),
  });
  hookRequire(resolve);
}

/** A CommonJS entry is imported through Node's own `require`: what imported CommonJS gets in Node 22 cannot load ESM. */
function requireInstead(path: string): LoadFnOutput {
  const source = `import { createRequire } from 'node:module';\nexport default createRequire(import.meta.url)(${JSON.stringify(path)});`;
  return { format: 'module', source, shortCircuit: true };
}

/**
 * Node 22 gives CommonJS that is imported a `require` that asks no hooks, and `require.resolve` asks none anywhere:
 * both come through here. Calls from within the hooks go on to Node.
 */
function hookRequire(resolve: (specifier: string, context: ResolveHookContext, next: NextResolve) => ResolveFnOutput): void {
  const node = Module as unknown as { _resolveFilename: (request: string, parent?: { filename?: string }, ...rest: unknown[]) => string };
  const original = node._resolveFilename.bind(node);
  node._resolveFilename = (request, parent, ...rest) => {
    if (isQuiet() || isBuiltin(request) || typeof parent?.filename !== 'string') return original(request, parent, ...rest);
    const context = { parentURL: pathToFileURL(parent.filename).href, conditions: ['node', 'require'], importAttributes: {} };
    const next = (specifier: string): ResolveFnOutput => ({ url: pathToFileURL(original(specifier, parent, ...rest)).href });
    return quietly(() => fileURLToPath(resolve(request, context, next).url));
  };
}

const NOT_FOUND = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT']);

/** `require` takes paths and no URLs, `import` the other way round. */
function goTo(path: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput {
  return next(isRequire(context) ? path : pathToFileURL(path).href, context);
}

function lend(specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput {
  if (isRequire(context)) return goTo(createRequire(INDEX).resolve(specifier), context, next);
  return next(specifier, { ...context, parentURL: INDEX });
}

/** Absolute path in the running mlo's dependencies; what the umbrella package brings along is found from there. */
function findTensorFlow(specifier: string): string {
  const own = createRequire(INDEX);
  const direct = /^@tensorflow\/(tfjs|tfjs-backend-wasm)(\/|$)/.test(specifier);
  return (direct ? own : createRequire(own.resolve('@tensorflow/tfjs'))).resolve(specifier);
}

/** Absolute path of a specifier that is one; undefined for names of packages. */
function pathOf(specifier: string, parent: string | undefined): string | undefined {
  if (specifier.startsWith('file:')) return fileURLToPath(withoutQuery(specifier));
  if (specifier.startsWith('/')) return withoutQuery(specifier);
  if (!/^\.\.?(\/|$)/.test(specifier)) return undefined;
  const folder = folderOf(parent);
  return folder === undefined ? undefined : join(folder, withoutQuery(specifier));
}

function folderOf(parent: string | undefined): string | undefined {
  return parent?.startsWith('file:') === true ? dirname(fileURLToPath(parent)) : undefined;
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function withoutQuery(specifier: string): string {
  return specifier.replace(/[?#].*$/, '');
}

function isRequire(context: ResolveHookContext): boolean {
  // An array by its type, a set in Node 22.
  return new Set(context.conditions).has('require');
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isSame(candidate: string, found: string): boolean {
  return candidate === found || (isFile(candidate) && realpathSync(candidate) === found);
}
