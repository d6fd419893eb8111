import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

const PIPELINE = `stages:
  train:
    cmd: sh train.sh \${k}
    deps: [train.sh]
    params: [k]
    plots:
      - history.csv: {x: epoch, y: [loss, val_loss], title: Training}
      - classes.csv: {template: confusion, x: predicted, y: actual, cache: false}
      - curves
      - picture.svg
plots:
  - top.csv: {x: epoch, y: loss}
  - absent.csv
`;
const TRAIN = `mkdir -p curves
printf 'epoch,loss,val_loss\\n0,1,2\\n1,0.%s,1\\n2,nan,0.9\\n' "$1" > history.csv
printf 'actual,predicted\\na,a\\na,b\\nb,b\\n' > classes.csv
printf '{"roc": [{"fpr": 0, "tpr": 0}, {"fpr": 1, "tpr": 0.%s}]}' "$1" > curves/roc.json
printf 'step\\tlr\\n0\\t1\\n1\\t0.1\\n' > curves/lr.tsv
printf '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="%s" height="9"/></svg>' "$1" > picture.svg
`;

interface Shown {
  readonly data: {
    readonly revisions: string[];
    readonly plots: {
      id: string;
      kind: string;
      title: string;
      series?: { name: string; xs: number[]; ys: (number | string)[] }[];
      images?: object[];
    }[];
    readonly failures: { id: string; revision: string; message: string; hint?: string; problems?: { file: string; line: number }[] }[];
    readonly output?: string;
  };
}

let project: TestProject;

async function json(...args: string[]): Promise<Shown['data'] & { readonly code: number | null }> {
  const { code, stdout } = await project.mlo([...args, '--json']);
  return { ...(JSON.parse(stdout) as Shown).data, code };
}

beforeAll(async () => {
  project = await createProjectHere({
    'pipeline.yaml': PIPELINE,
    'train.sh': TRAIN,
    'params.yaml': 'k: 4\n',
    'top.csv': 'epoch,loss\n0,3\n1,2\n',
  });
  await project.git('init', '--quiet', '--initial-branch=main');
  for (const args of [['init'], ['repro']]) expect((await project.mlo(args)).code).toBe(0);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=first');
  await project.git('tag', 'first');
  await project.write({ 'params.yaml': 'k: 7\n' });
  expect((await project.mlo(['repro'])).code).toBe(0);
  await project.git('commit', '--quiet', '--all', '--message=second');
}, 120_000);

describe('mlo plots show', () => {
  it('draws what the pipeline declares, folders file by file, and tells what is not there', async () => {
    const { code, plots, failures, revisions } = await json('plots', 'show');
    expect(code).toBe(3);
    expect(revisions).toEqual(['workspace']);
    expect(plots.map(({ id, kind }) => [id, kind])).toEqual([
      ['history.csv', 'line'],
      ['classes.csv', 'confusion'],
      ['curves/lr.tsv', 'line'],
      ['curves/roc.json', 'line'],
      ['picture.svg', 'images'],
      ['top.csv', 'line'],
    ]);
    expect(plots[0]).toMatchObject({
      title: 'Training',
      series: [
        { name: 'loss', xs: [0, 1, 2], ys: [1, 0.7, 'NaN'] },
        { name: 'val_loss', ys: [2, 1, 0.9] },
      ],
    });
    expect(plots[4]?.images).toEqual([
      expect.objectContaining({ revision: 'workspace', mediaType: 'image/svg+xml', size: expect.any(Number) }),
    ]);
    expect(failures).toMatchObject([{ id: 'absent.csv', message: "'absent.csv' does not exist in workspace" }]);
  });

  it('reads any revision, from the cache what Git does not have', async () => {
    const { plots, code } = await json('plots', 'show', 'history.csv', 'curves', '--rev', 'first');
    expect(code).toBe(0);
    expect(plots.map(({ id, series }) => [id, series?.map(({ ys }) => ys[1])])).toEqual([
      ['history.csv', [0.4, 1]],
      ['curves/lr.tsv', [0.1]],
      ['curves/roc.json', [0.4]],
    ]);
  });

  it('lays revisions over each other', async () => {
    const { plots } = await json('plots', 'show', 'top.csv', 'history.csv', '-y', 'loss', '--rev', 'first', '--rev', 'main');
    expect(plots.map(({ series }) => series?.map(({ name }) => name))).toEqual([
      ['first', 'main'],
      ['first', 'main'],
    ]);
  });

  it('draws any file with the columns and the template of the command line', async () => {
    await project.write({ 'deep/any.csv': 'word,n\nx,1\ny,5\n' });
    const { code, stdout } = await project.mlo(
      ['plots', 'show', 'any.csv', '-x', 'n', '-y', 'word', '-t', 'bar_horizontal', '--title', 'Words'],
      {
        cwd: 'deep',
        env: { COLUMNS: '40' },
      },
    );
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 3)).toEqual(['Words', expect.stringMatching(/^x │█+ +1$/), expect.stringMatching(/^y │█+ 5$/)]);
  });

  it('draws the rest where a column is missing or a cell is no number, and names the line', async () => {
    await project.write({ 'bad.csv': 'epoch,loss\n0,1\n1,oops\n', 'ragged.csv': 'a,b\n1,2\n1\n', 'empty.csv': '' });
    const { code, plots, failures } = await json('plots', 'show', 'bad.csv', 'ragged.csv', 'empty.csv', 'top.csv');
    expect(code).toBe(3);
    expect(plots.map(({ id }) => id)).toEqual(['top.csv']);
    expect(failures.map(({ message, problems }) => [message, problems?.[0]?.line])).toEqual([
      ["bad.csv:3: column 'loss': expected a number, found 'oops'", 3],
      ['ragged.csv:3: expected 2 cells, found 1', 3],
      ["'empty.csv' is empty: expected rows of cells", undefined],
    ]);
    const missing = await project.mlo(['plots', 'show', 'top.csv', '-y', 'los']);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain("'top.csv' has no column 'los'");
    expect(missing.stderr).toContain("Did you mean 'loss'?");
  });

  it('draws the states that are right beside one that is not', async () => {
    const before = await project.read('top.csv');
    await project.write({ 'top.csv': 'epoch,loss\n0,broken\n' });
    const { code, plots, failures } = await json('plots', 'diff', '-f', 'top.csv');
    await project.write({ 'top.csv': before });
    expect(code).toBe(3);
    expect(plots.map(({ series }) => series?.map(({ ys }) => ys))).toEqual([[[3, 2]]]);
    expect(failures).toMatchObject([{ id: 'top.csv', revision: 'workspace' }]);
  });

  it('refuses a target that is nothing, and says what there is', async () => {
    const { code, stderr } = await project.mlo(['plots', 'show', 'nothing.csv']);
    expect(code).toBe(2);
    expect(stderr).toContain("'nothing.csv' is no plot of the pipeline and no file of data in workspace");
    expect(stderr).toContain('Plots: history.csv, classes.csv, curves, picture.svg, top.csv, absent.csv');
  });

  it.each(['0', '1.5', '1001', '99999999999'])('refuses a height of %s rows', async (height) => {
    const { code, stderr } = await project.mlo(['plots', 'show', 'top.csv', '--height', height]);
    expect(code).toBe(2);
    expect(stderr).toContain('Expected a whole number from 1 to 1000.');
    expect((await project.mlo(['plots', 'show', 'top.csv', '--height', '1000'])).stdout.split('\n').length).toBeGreaterThan(1000);
  });

  it('is drawn in ASCII where the terminal has nothing else', async () => {
    const { stdout } = await project.mlo(['plots', 'show', 'top.csv'], { env: { LANG: 'C', COLUMNS: '40' } });
    expect(stdout).toMatch(/^[\n\x20-\x7e]+$/);
  });

  it('says how to declare plots where there are none', async () => {
    const empty = await createProjectHere({ 'pipeline.yaml': 'stages: {}\n' });
    const { code, stdout, stderr } = await empty.mlo(['plots', 'show']);
    expect([code, stdout]).toEqual([0, 'No plots.\n']);
    expect(stderr).toContain("hint: declare files under 'plots:' of a stage");
  });
});

describe('mlo plots diff', () => {
  it('compares HEAD with the workspace, or the revisions that are named', async () => {
    expect((await json('plots', 'diff', '-f', 'history.csv')).revisions).toEqual(['HEAD', 'workspace']);
    expect((await json('plots', 'diff', 'first', '-f', 'history.csv')).revisions).toEqual(['first', 'workspace']);
    const { revisions, plots } = await json('plots', 'diff', 'first', 'main', '-f', 'history.csv', '-y', 'loss');
    expect(revisions).toEqual(['first', 'main']);
    expect(plots[0]?.series?.map(({ name, ys }) => [name, ys[1]])).toEqual([
      ['first', 0.4],
      ['main', 0.7],
    ]);
  });

  it('lists pictures by size, and whether they differ', async () => {
    const { stdout } = await project.mlo(['plots', 'diff', 'first', '-f', 'picture.svg']);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'picture.svg',
      expect.stringMatching(/^Revision +Picture +Size +Bytes$/),
      expect.stringMatching(/^first +picture\.svg +\d+ B +[0-9a-f]{12}$/),
      expect.stringMatching(/^workspace +picture\.svg +\d+ B +differ$/),
    ]);
  });

  it('needs a revision that Git knows', async () => {
    const { code, stderr } = await project.mlo(['plots', 'diff', 'no-such-tag']);
    expect(code).toBe(2);
    expect(stderr).toContain('MLO_GIT');
  });
});

describe('files of plots', () => {
  it('are PNG, SVG or HTML by their names, folders made where they are missing', async () => {
    for (const name of ['png', 'svg', 'html']) {
      const { code, stdout } = await project.mlo(['plots', 'show', 'history.csv', 'picture.svg', '-o', `made/here/p.${name}`]);
      expect([code, stdout]).toEqual([0, `Wrote made/here/p.${name} (2 plots)\n`]);
    }
    const svg = await sharp(project.path('made/here/p.svg')).metadata();
    const png = await sharp(project.path('made/here/p.png')).metadata();
    expect([png.format, png.width, png.height]).toEqual(['png', 2 * svg.width, 2 * svg.height]);
    expect(await project.read('made/here/p.html')).toMatch(/^<!doctype html>/);
  });

  it('are the same bytes for the same data', async () => {
    const digests = [];
    for (const name of ['a', 'b']) {
      await project.mlo(['plots', 'show', 'history.csv', '-o', `${name}.png`]);
      digests.push(
        createHash('sha256')
          .update(readFileSync(project.path(`${name}.png`)))
          .digest('hex'),
      );
    }
    expect(digests[0]).toBe(digests[1]);
  });

  it('need a name that says what they are', async () => {
    const { code, stderr } = await project.mlo(['plots', 'show', 'history.csv', '-o', 'plots.pdf']);
    expect(code).toBe(2);
    expect(stderr).toContain("'plots.pdf' says no format: expected a name that ends in .html, .svg or .png");
  });

  it('are opened by the program of the desktop', async () => {
    await project.write({
      'bin/xdg-open': `#!/bin/sh\necho "$1" > "${project.path('opened.txt')}.tmp"; mv "${project.path('opened.txt')}.tmp" "${project.path('opened.txt')}"\n`,
    });
    const path = `${project.path('bin')}:${project.env['PATH'] ?? ''}`;
    const { code } = await project.mlo(['plots', 'show', 'history.csv', '--open'], { env: { PATH: path } });
    expect(code).toBe(0);
    await expect.poll(() => project.exists('opened.txt')).toBe(true);
    expect((await project.read('opened.txt')).trim()).toBe(project.path('.mlo/plots/plots.html'));
    const { stderr } = await project.mlo(['plots', 'show', 'history.csv', '--open'], { env: { PATH: '/nowhere' } });
    expect(stderr).toContain("'xdg-open' cannot be started");
  });
});

describe('options of plots', () => {
  it('are no reason to run a stage again', async () => {
    const changed = PIPELINE.replace('title: Training', 'title: Something else, x_label: Epoch, template: smooth').replace(
      'y: [loss, val_loss]',
      'y: loss',
    );
    expect(changed).not.toBe(PIPELINE);
    await project.write({ 'pipeline.yaml': changed });
    const { stdout } = await project.mlo(['status', '--json']);
    const { plots } = await json('plots', 'show', 'history.csv');
    await project.write({ 'pipeline.yaml': PIPELINE });
    expect(JSON.parse(stdout)).toMatchObject({ data: { upToDate: true } });
    expect(plots[0]).toMatchObject({ title: 'Something else', xLabel: 'Epoch', template: 'smooth' });
  });

  it('with a template of the user are drawn as lines, with a warning', async () => {
    await project.write({ 'pipeline.yaml': PIPELINE.replace('title: Training', 'template: my_vega') });
    const { stderr, code } = await project.mlo(['plots', 'show', 'history.csv']);
    await project.write({ 'pipeline.yaml': PIPELINE });
    expect(code).toBe(0);
    expect(stderr).toContain("'history.csv' asks for the template 'my_vega', which mlo does not have; it is drawn as linear");
  });
});

it('draws what Git has of a revision where the cache has lost the rest, and says how to get that', async () => {
  await project.remove('.mlo/cache');
  const { code, plots, failures } = await json('plots', 'show', 'history.csv', 'top.csv', '--rev', 'first');
  expect(code).toBe(3);
  expect(plots.map(({ id }) => id)).toEqual(['top.csv']);
  expect(failures).toMatchObject([{ id: 'history.csv', revision: 'first', hint: expect.stringContaining('mlo verify --repair') }]);
  for (const path of ['history.csv', 'curves']) {
    const lost = await json('plots', 'show', path, '--rev', 'first');
    expect([lost.code, lost.failures]).toEqual([
      3,
      [
        expect.objectContaining({
          id: path,
          code: 'MLO_OBJECT_MISSING',
          message: expect.stringMatching(new RegExp(`^'${path}' of revision first cannot be read: Object .* is not in the cache$`)),
          hint: expect.stringContaining(`\`mlo fetch --rev first ${path}\``),
        }),
      ],
    ]);
  }
});
