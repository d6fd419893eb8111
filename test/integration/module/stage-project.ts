import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunRecord } from '../../../src/core/run.ts';
import { runModule } from '../../../src/runtime/module/run-module.ts';
import type { ModuleResult, ModuleSpec } from '../../../src/runtime/types.ts';
import { temporaryFolder } from '../../helpers/index.ts';

interface StageRunResult extends ModuleResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly records: readonly RunRecord[];
  readonly log: string;
}

export interface StageProject {
  readonly root: string;
  write(files: { readonly [path: string]: string }): Promise<void>;
  path(path: string): string;
  /** Runs `stages/train.ts` unless told otherwise. */
  run(changes?: Partial<ModuleSpec>): Promise<StageRunResult>;
}

export const RUN_ID = 'a'.repeat(32);

/** A project with one stage; paths and texts of `files`. */
export async function createStageProject(files: { readonly [path: string]: string }): Promise<StageProject> {
  const root = await temporaryFolder();
  const project: StageProject = {
    root,
    path: (path) => join(root, path),
    async write(more) {
      for (const [path, text] of Object.entries(more)) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), text);
      }
    },
    run: (changes = {}) => runStage(root, changes),
  };
  await project.write(files);
  return project;
}

/** A stage module around the body of its function. */
export function stage(body: string, imports = ''): string {
  return `import { defineStage } from 'mlo-cli';\n${imports}\nexport default defineStage(async (context) => {\n  const { params, deps, outs, run, rng, log } = context;\n${body}\n});\n`;
}

async function runStage(root: string, changes: Partial<ModuleSpec>): Promise<StageRunResult> {
  const output = { stdout: '', stderr: '' };
  const records: RunRecord[] = [];
  const { onOutput, onRecords } = changes;
  const result = await runModule({
    root,
    address: 'train',
    wdir: root,
    runId: RUN_ID,
    env: { ...process.env, NODE_OPTIONS: '' } as { [name: string]: string },
    logPath: join(root, '.mlo/logs/train.log'),
    signal: new AbortController().signal,
    module: join(root, 'stages/train.ts'),
    params: {},
    declaredParams: [],
    deps: {},
    outs: {},
    seed: 7,
    isolate: 'worker',
    strict: false,
    ...changes,
    onOutput: (stream, text) => {
      output[stream] += text;
      onOutput?.(stream, text);
    },
    onRecords: (more) => {
      records.push(...more);
      onRecords?.(more);
    },
  });
  return { ...result, ...output, records, log: await readFile(join(root, '.mlo/logs/train.log'), 'utf8').catch(() => '') };
}
