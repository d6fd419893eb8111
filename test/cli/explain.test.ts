import { beforeAll, describe, expect, it } from 'vitest';
import { leafCommands } from '../../src/cli/command-tree.ts';
import { commandNamed } from '../../src/cli/command-named.ts';
import { commandPath } from '../../src/cli/command.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { CATALOGUE, type ErrorCode } from '../../src/core/errors/catalogue.ts';
import { EXPLANATIONS } from '../../src/core/errors/explanations.ts';
import { createProject, type TestProject } from '../helpers/index.ts';

const CODES = Object.keys(CATALOGUE) as ErrorCode[];
let project: TestProject;

beforeAll(async () => {
  project = await createProject();
});

describe('mlo explain', () => {
  it.each(CODES)('knows how %s comes about and what to do', (code) => {
    const { cause, remedy } = EXPLANATIONS[code];
    for (const text of [cause, remedy]) {
      expect(text).toMatch(/^\S.{20,}[.}]$/);
      expect(text.length).toBeLessThan(240);
    }
  });

  it('explains the codes of the catalogue and no others', () => {
    expect(Object.keys(EXPLANATIONS)).toEqual(CODES);
  });

  it('names commands that exist', async () => {
    const { program } = await buildProgram(async () => {});
    const names = [...leafCommands(program).map(commandPath), ...program.commands.map(commandPath)];
    const texts = Object.values(EXPLANATIONS).flatMap(({ cause, remedy }) => [cause, remedy]);
    const verbs = texts.flatMap((text) => [...text.matchAll(/`mlo ([a-z][^`]*)`/g)].map(([, words = '']) => words.split(' ')));
    expect(verbs.length).toBeGreaterThan(30);
    for (const words of verbs) expect(names).toContain(commandPath(commandNamed(program, words)));
  });

  it.each(['MLO_OUT_UNSAVED', 'out_unsaved', 'out-unsaved', 'error[MLO_OUT_UNSAVED]:'])('understands %s', async (typed) => {
    const { code, stdout } = await project.mlo(['explain', typed]);
    expect(code).toBe(0);
    expect(stdout).toContain('MLO_OUT_UNSAVED (exit code 2)\nBytes that exist nowhere else would be lost.\n\nHow it comes about\n');
    expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  it('says what was meant where a code is mistyped', async () => {
    const near = await project.mlo(['explain', 'MLO_OUT_UNSAFED']);
    expect(near).toMatchObject({ code: 2, stdout: '' });
    expect(near.stderr).toBe("error[MLO_USAGE]: There is no error code 'MLO_OUT_UNSAFED'\nhint: Did you mean MLO_OUT_UNSAVED?\n");
    expect((await project.mlo(['explain', 'constructor'])).stderr).toContain('hint: mlo help errors');
  });

  it('says the same as JSON', async () => {
    const { data } = (await project.mlo(['explain', 'locked', '--json'])).json();
    expect(data).toEqual({ code: 'MLO_LOCKED', ...CATALOGUE.MLO_LOCKED, ...EXPLANATIONS.MLO_LOCKED });
  });
});
