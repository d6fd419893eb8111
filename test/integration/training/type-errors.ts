import { join } from 'node:path';
import { REPOSITORY, type TestProject } from '../../helpers/index.ts';

/** What the TypeScript compiler, strict and as docs/guide sets it up, says of `files` or of folders with `include`; empty where all is well. */
export async function typeErrors(
  project: TestProject,
  what: { readonly files: readonly string[] } | { readonly include: readonly string[] },
): Promise<string> {
  const compilerOptions = {
    module: 'NodeNext',
    target: 'ES2024',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    customConditions: ['mlo-source'],
    types: ['node'],
    typeRoots: [join(REPOSITORY, 'node_modules/@types')],
  };
  await project.write({ 'tsconfig.json': JSON.stringify({ compilerOptions, ...what }) });
  const { code, stdout, stderr } = await project.run(join(REPOSITORY, 'node_modules/.bin/tsc'), ['-p', '.']);
  return code === 0 && stdout === '' ? '' : `${code}: ${stdout}${stderr}`;
}
