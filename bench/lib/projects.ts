import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own under the temp folder, removed when the process ends. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `mlo-bench-${name}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** 7 x 7 x 7 stages `echo … > out`. */
export function writeMatrixProject(folder: string): void {
  const values = '[1, 2, 3, 4, 5, 6, 7]';
  const text = `stages:
  cell:
    matrix:
      a: ${values}
      b: ${values}
      c: ${values}
    cmd: echo \${item.a} \${item.b} \${item.c} > out-\${item.a}-\${item.b}-\${item.c}
    outs:
      - out-\${item.a}-\${item.b}-\${item.c}
`;
  mkdirSync(join(folder, '.mlo'), { recursive: true });
  writeFileSync(join(folder, 'pipeline.yaml'), text);
}

/** `count` stages, each reading what the one before wrote. */
export function writeChainProject(folder: string, count: number): void {
  const stages = Array.from({ length: count }, (_, index) =>
    index === 0
      ? '  s0:\n    cmd: echo 0 > o0\n    outs:\n      - o0\n'
      : `  s${index}:\n    cmd: cat o${index - 1} > o${index}\n    deps:\n      - o${index - 1}\n    outs:\n      - o${index}\n`,
  );
  mkdirSync(join(folder, '.mlo'), { recursive: true });
  writeFileSync(join(folder, 'pipeline.yaml'), `stages:\n${stages.join('')}`);
}
