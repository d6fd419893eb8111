import { describe, expect, test } from 'vitest';
import { isAlive } from '../../helpers/is-alive.ts';
import { createProjectHere } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';
import { fc } from '../../helpers/properties.ts';

/** Stages 0…n-1; stage i reads its own input and the outs of some before it. */
function pipelineOf(edges: readonly (readonly number[])[]): string {
  const stages = edges.map((deps, index) => {
    const read = [`in${index}`, ...deps.map((dep) => `out${dep}`)];
    return `  s${index}:\n    cmd: cat ${read.join(' ')} > out${index} && echo s${index} >> ran\n    deps: [${read.join(', ')}]\n    outs: [out${index}]\n`;
  });
  return `stages:\n${stages.join('')}`;
}

const dags = fc
  .integer({ min: 2, max: 8 })
  .chain((size) =>
    fc.tuple(...Array.from({ length: size }, (_, index) => fc.subarray(Array.from({ length: index }, (__, before) => before)))),
  );

describe('stages side by side', () => {
  test('property: -j 1 and -j 8 give the same lock and the same bytes, and run exactly what an edit touches', async () => {
    await fc.assert(
      fc.asyncProperty(dags, fc.nat(), async (edges, choice) => {
        const inputs = Object.fromEntries(edges.map((_, index) => [`in${index}`, `input ${index}\n`]));
        const files = { 'pipeline.yaml': pipelineOf(edges), ...inputs };
        const [one, eight] = [await createProjectHere(files), await createProjectHere(files)];
        await repro(one, ['-j', '1']);
        await repro(eight, ['-j', '8']);
        expect(await eight.read('pipeline.lock')).toBe(await one.read('pipeline.lock'));

        const edited = choice % edges.length;
        const touched = new Set([edited]);
        edges.forEach((deps, index) => deps.some((dep) => touched.has(dep)) && touched.add(index));
        await eight.write({ [`in${edited}`]: 'edited\n' });
        const { outcomes } = await repro(eight, ['-j', '8']);
        expect(outcomes).toEqual(Object.fromEntries(edges.map((_, index) => [`s${index}`, touched.has(index) ? 'ran' : 'unchanged'])));
      }),
      { numRuns: 6 },
    );
  }, 120_000);

  test('stages that start together have one parent run', async () => {
    const stages = Array.from({ length: 4 }, (_, index) => `  s${index}: {cmd: 'echo > ${index}.out', outs: [${index}.out]}\n`);
    const project = await createProjectHere({ 'pipeline.yaml': `stages:\n${stages.join('')}` });
    await repro(project, ['-j', '4']);
    const { data } = JSON.parse((await project.mlo(['runs', 'list', '--json'])).stdout) as {
      data: { runs: { parentId?: string; status: string }[] };
    };
    expect(data.runs.filter((run) => run.parentId === undefined).map((run) => run.status)).toEqual(['FINISHED']);
  });

  test('two stages really run at the same time with -j 2', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': `stages:
  left: {cmd: 'mkfifo a b 2>/dev/null; echo hello > a & cat b > left.out', outs: [left.out]}
  right: {cmd: 'mkfifo a b 2>/dev/null; cat a > right.out; echo back > b', outs: [right.out]}
`,
    });
    const { outcomes } = await repro(project, ['-j', '2', '--timeout', '20s']);
    expect(outcomes).toEqual({ left: 'ran', right: 'ran' });
    expect(await project.read('right.out')).toBe('hello\n');
  });

  test('-j is what the user says, also where there are fewer cores', async () => {
    const meet = (own: string, others: readonly string[]): string =>
      `touch ${own}.here; for f in ${others.map((other) => `${other}.here`).join(' ')}; do while ! test -e $f; do :; done; done; echo > ${own}.out`;
    const names = Array.from({ length: 4 }, (_, index) => `s${index}`);
    const stages = names.map((name) => `  ${name}: {cmd: '${meet(name, names)}', outs: [${name}.out], timeout: 20s}\n`);
    const project = await createProjectHere({ 'pipeline.yaml': `stages:\n${stages.join('')}` });
    expect((await repro(project, ['-j', '4'])).outcomes).toEqual(Object.fromEntries(names.map((name) => [name, 'ran'])));
  });

  test('a stage that asks for all cpus runs alone', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': `stages:
  big: {cmd: 'test ! -e busy && touch busy && touch big.out && rm busy', outs: [big.out], resources: {cpus: 4096}}
  small: {cmd: 'test ! -e busy && touch busy && touch small.out && rm busy', outs: [small.out]}
`,
    });
    expect((await repro(project, ['-j', '4'])).outcomes).toEqual({ big: 'ran', small: 'ran' });
  });

  test('with -j 1 one command runs at a time, while those before it are recorded', async () => {
    const alone = (name: string): string => `mkdir busy && echo ${name} > ${name}.out && rmdir busy`;
    const names = Array.from({ length: 30 }, (_, index) => `s${index}`);
    const stages = names.map((name) => `  ${name}: {cmd: '${alone(name)}', outs: [${name}.out]}\n`);
    const project = await createProjectHere({ 'pipeline.yaml': `stages:\n${stages.join('')}` });
    expect((await repro(project, ['-j', '1'])).outcomes).toEqual(Object.fromEntries(names.map((name) => [name, 'ran'])));
  });

  test('what needs a stage starts only when that stage is recorded', async () => {
    const recorded = (stage: string): string =>
      `cat .mlo/state/repro.journal pipeline.lock 2>/dev/null | grep -qE '"stage":"${stage}","type":"done"|^ *"${stage}": [{]'`;
    const stages = Array.from({ length: 8 }, (_, index) => {
      const before = index === 0 ? 'true' : recorded(`s${index - 1}`);
      const deps = index === 0 ? '' : `    deps: [s${index - 1}.out]\n`;
      return `  s${index}:\n    cmd: |\n      ${before} && echo ${index} > s${index}.out\n${deps}    outs: [s${index}.out]\n`;
    });
    const project = await createProjectHere({ 'pipeline.yaml': `stages:\n${stages.join('')}` });
    const { outcomes } = await repro(project, ['-j', '2']);
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['ran']));
  });

  test('a stage whose outs cannot be stored fails before anything else starts', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': `stages:
  bad: {cmd: mkfifo bad.out, outs: [bad.out]}
  below: {cmd: cp bad.out below.out, deps: [bad.out], outs: [below.out]}
  later: {cmd: echo > later.out, outs: [later.out]}
`,
    });
    const { outcomes, result } = await repro(project, ['-j', '1']);
    expect(outcomes).toEqual({ bad: 'failed', below: 'blocked', later: 'cancelled' });
    expect(result.code).toBe(1);
  });

  test('with -j 1 stages have their turn in the order of the file and the graph, so that what one leaves undeclared is there for the next', async () => {
    const project = await createProjectHere({
      'in.txt': '1',
      'pipeline.yaml': `stages:
  prepare: {cmd: cp in.txt data.txt, deps: [in.txt], outs: [data.txt]}
  train: {cmd: cp data.txt model.txt && cp data.txt train.log, deps: [data.txt], outs: [model.txt]}
  report: {cmd: cat train.log > report.txt, outs: [report.txt]}
`,
    });
    expect((await repro(project, ['-j', '1'])).outcomes).toEqual({ prepare: 'ran', train: 'ran', report: 'ran' });
  });

  test('what the next stage adds to the outs of the one before does not become part of them', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': `stages:
  a: {cmd: mkdir A && for i in $(seq 200); do echo $i > A/$i; done, outs: [A]}
  b: {cmd: echo b > A/from_b, outs: []}
`,
    });
    await repro(project, ['-j', '1']);
    expect(JSON.parse(await project.read('pipeline.lock')).stages.a.outs.A.files).toBe(200);
  });

  test('after a stage that did not write its out nothing starts', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': `stages:
  bad: {cmd: 'true', outs: [bad.out]}
  later: {cmd: echo > later.out, outs: [later.out]}
`,
    });
    const { outcomes, json } = await repro(project, ['-j', '1']);
    expect(outcomes).toEqual({ bad: 'failed', later: 'cancelled' });
    expect(json.data?.stages[0]?.error?.code).toBe('MLO_OUT_NOT_WRITTEN');
  });

  test('a timeout ends the whole process group and says so', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': "stages:\n  slow: {cmd: 'sleep 600 & echo $! > pid; wait', timeout: 1s}\n",
    });
    const { json, result } = await repro(project);
    expect(result.code).toBe(1);
    expect(json.data?.stages[0]?.error?.code).toBe('MLO_STAGE_TIMEOUT');
    const pid = Number(await project.read('pid'));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});
