import type { Problem } from '../errors/mlo-error.ts';
import type { OutSpec, Position, ProjectPath, Stage } from '../stage.ts';
import { shellWord } from '../text/shell-word.ts';
import type { OutIndex } from './graph.ts';

/** What is wrong with one stage on its own. */
export function checkStage(stage: Stage): readonly Problem[] {
  const problems: Problem[] = [];
  const outs = new Set(stage.outs.map((out) => out.path));
  for (const dep of stage.deps) {
    const inside = stage.outs.find((out) => isBelow(out.path, dep.path) || isBelow(dep.path, out.path));
    if (inside !== undefined)
      problems.push(problem(dep.at, `Stage '${stage.address}': dep '${dep.path}' and its own out '${inside.path}' overlap`));
    if (outs.has(dep.path)) problems.push(problem(dep.at, `Stage '${stage.address}': '${dep.path}' is specified as an out and as a dep`));
  }
  for (const out of stage.outs) {
    const reserved = reservedPlace(out, stage);
    if (reserved !== undefined) problems.push(problem(out.at, `Stage '${stage.address}': out '${out.path}' ${reserved}`));
  }
  problems.push(...duplicates(stage, 'dep', stage.deps), ...duplicates(stage, 'out', stage.outs));
  return problems;
}

/** What is wrong between the outs of this stage and those of others; each pair is told once, at the later stage. */
export function checkOuts(stage: Stage, index: OutIndex): readonly Problem[] {
  const problems: Problem[] = [];
  for (const out of stage.outs) {
    const first = index.at(out.path)[0];
    if (first !== undefined && first.stage.address !== stage.address) {
      problems.push(
        problem(
          out.at,
          `Out '${out.path}' is specified in stage '${first.stage.address}' and in stage '${stage.address}'`,
          'Let one stage own it; others may take it as a dep.',
        ),
      );
    }
    const above = index.above(out.path);
    if (above !== undefined) {
      problems.push(
        problem(
          out.at,
          `Outs '${above.out.path}' (stage '${above.stage.address}') and '${out.path}' (stage '${stage.address}') overlap`,
          'Give each out a folder of its own.',
        ),
      );
    }
  }
  return problems;
}

/** Outs that are, hold or lie in data added with mlo: whoever runs their stage would lose it. */
export function checkAdded(path: ProjectPath, index: OutIndex): readonly Problem[] {
  const untrack = `mlo remove ${shellWord(path)}`;
  return index.touching(path).map(({ stage, out }) => {
    const subject = `Stage '${stage.address}': out '${out.path}'`;
    if (out.path === path)
      return problem(
        out.at,
        `${subject} is data added with mlo`,
        `A stage reads such data as a dep; for the stage to write it: ${untrack}`,
      );
    const relation = path.startsWith(`${out.path}/`) ? 'holds' : 'lies in';
    return problem(
      out.at,
      `${subject} ${relation} '${path}', which is data added with mlo`,
      `Let the stage write into another folder, or no longer track that data: ${untrack}`,
    );
  });
}

function isBelow(path: ProjectPath, folder: ProjectPath): boolean {
  return path !== folder && (folder === '.' || path.startsWith(`${folder}/`));
}

function duplicates(stage: Stage, word: string, specs: readonly { readonly path: string; readonly at: Position }[]): readonly Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const spec of specs) {
    if (seen.has(spec.path))
      problems.push(problem(spec.at, `Stage '${stage.address}': ${word} '${spec.path}' is specified more than once`));
    seen.add(spec.path);
  }
  return problems;
}

function reservedPlace(out: OutSpec, stage: Stage): string | undefined {
  const first = out.path.split('/')[0];
  if (out.path === '.') return 'is the whole project';
  if (first === '.mlo' || first === '.git') return `lies in ${first}, which belongs to ${first === '.git' ? 'Git' : 'mlo'}`;
  if (out.path.split('/').includes('.git')) return 'lies in a folder of Git';
  if (/(^|\/)(\.gitignore|\.mloignore|pipeline\.lock|dvc\.mlo\.lock|dvc\.lock)$/.test(out.path))
    return 'is a file that mlo, Git or DVC keeps';
  if (out.path.endsWith('.mlo')) return 'has the name of a pointer';
  if (stage.params.some((spec) => spec.file === out.path)) return 'is also where its params come from';
  if (stage.file === out.path || stage.file.startsWith(`${out.path}/`)) return `contains its own pipeline file '${stage.file}'`;
  return undefined;
}

function problem(at: Position, message: string, hint?: string): Problem {
  return { message, file: at.file, line: at.line, column: at.column, ...(hint === undefined ? {} : { hint }) };
}
