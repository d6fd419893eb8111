import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { remoteAdd } from '../../../src/app/remotes/edit-remotes.ts';
import { remoteList } from '../../../src/app/remotes/list-remotes.ts';
import type { MloError } from '../../../src/core/errors/mlo-error.ts';
import { appContext, createProject } from '../../helpers/index.ts';
import { succeeds } from './remotes.ts';

describe('remotes', () => {
  it('are added, listed, changed, renamed and removed, and comments stay', async () => {
    const project = await createProject({ '.mlo/config.yaml': '# ours\ncore:\n  jobs: 2 # two\n' });
    await succeeds(project, ['remote', 'add', 'origin', 's3://bucket/prefix']);
    expect(await succeeds(project, ['remote', 'list'])).toEqual({
      remotes: [{ name: 'origin', url: 's3://bucket/prefix', default: true }],
    });
    await succeeds(project, ['remote', 'add', 'nas', 'store', '--default']);
    await succeeds(project, ['remote', 'modify', 'origin', 'endpoint', 'https://minio.example:9000']);
    await succeeds(project, ['remote', 'modify', 'origin', 'path_style', 'true']);
    await succeeds(project, ['remote', 'modify', '--local', 'origin', 'region', 'eu-north-1']);
    const { settings } = await succeeds(project, ['remote', 'show', 'origin']);
    expect(settings.map(({ key, value, origin }: any) => `${key}=${value} ${origin}`).sort()).toEqual([
      'endpoint=https://minio.example:9000 project',
      'path_style=true project',
      'region=eu-north-1 local',
      'url=s3://bucket/prefix project',
    ]);
    expect(await succeeds(project, ['remote', 'default'])).toMatchObject({ name: 'nas' });
    await succeeds(project, ['remote', 'rename', 'nas', 'disk']);
    expect(await succeeds(project, ['remote', 'default'])).toMatchObject({ name: 'disk' });
    await succeeds(project, ['remote', 'remove', 'disk']);
    expect(await succeeds(project, ['remote', 'list'])).toMatchObject({ remotes: [{ name: 'origin', default: true }] });
    await succeeds(project, ['remote', 'modify', 'origin', 'endpoint', '--unset']);
    const text = await project.read('.mlo/config.yaml');
    expect(text).toContain('# ours');
    expect(text).toContain('jobs: 2 # two');
    expect(text).not.toContain('minio');
    expect((await succeeds(project, ['config', 'get', 'core.jobs'])).value).toBe(2);
  });

  it('the only one is the default, and stays it when another one is added', async () => {
    const project = await createProject({ '.mlo/config.yaml': '' });
    await succeeds(project, ['remote', 'add', 'origin', '../store']);
    expect((await project.mlo(['remote', 'add', 'archive', '../archive'])).stdout).toContain('the default is still origin');
    expect(await succeeds(project, ['remote', 'default'])).toMatchObject({ name: 'origin' });
    expect(await project.read('.mlo/config.yaml')).toMatch(/^remote: origin$/m);
    await succeeds(project, ['remote', 'add', 'third', '../third', '--default']);
    await succeeds(project, ['remote', 'add', 'fourth', '../fourth']);
    expect(await succeeds(project, ['remote', 'default'])).toMatchObject({ name: 'third' });
  });

  it('that are added at the same time are all kept, of two with one name the first, and one is the default', async () => {
    const { root } = await createProject({ '.mlo/config.yaml': '' });
    const context = appContext(root, { HOME: root });
    const add = async (name: string, url: string) =>
      await remoteAdd(context, { name, url, scope: 'project', chosen: false, replace: false }).then(
        ({ done }) => done,
        (error: MloError) => error.code,
      );
    const done = await Promise.all([add('origin', '../store'), add('origin', '../other'), add('archive', '../archive')]);
    expect(done.toSorted()).toEqual(['MLO_REMOTE_UNKNOWN', 'added', 'added']);
    const { remotes } = await remoteList(context);
    expect(remotes.map(({ name }) => name)).toEqual(['archive', 'origin']);
    expect(remotes.filter((each) => each.default)).toHaveLength(1);
  });

  it('one of the user stays the default for this clone, not for all projects', async () => {
    const project = await createProject({ '.mlo/config.yaml': '' });
    await succeeds(project, ['remote', 'add', 'team', '/srv/team', '--user']);
    await succeeds(project, ['remote', 'add', 'disk', '../disk']);
    expect(await succeeds(project, ['remote', 'default'])).toMatchObject({ name: 'team' });
    expect(await project.read('.mlo/config.local.yaml')).toMatch(/^remote: team$/m);
  });

  it.each([
    ['', 'No remote is set up', 'mlo remote add'],
    ['remotes: {nas: {url: /a}, disk: {url: /b}}\n', 'There are several remotes, and none is the default', 'mlo remote default disk'],
  ])('show without a name says why there is no default: %j', async (config, message, hint) => {
    const project = await createProject({ '.mlo/config.yaml': config });
    const { error } = (await project.mlo(['remote', 'show', '--json'])).json();
    expect(error.message).toBe(message);
    expect(error.hint).toContain(hint);
  });

  it('that nothing was pushed to are named with their address, also where the cache has a part', async () => {
    const project = await createProject({ '.mlo/config.yaml': '', 'a.txt': 'a', 'b.txt': 'b' });
    await succeeds(project, ['remote', 'add', 'origin', '../stroe']);
    await succeeds(project, ['add', 'a.txt']);
    await project.write({
      'b.txt.mlo': (await project.read('a.txt.mlo')).replace(/"digest": "[0-9a-f]{64}"/, `"digest": "${'0'.repeat(64)}"`),
    });
    const { code, stderr } = await project.mlo(['pull']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/nothing was pushed yet \(\S*\/stroe holds no data of mlo\)/);
    expect(stderr).toContain('mlo remote show origin');
  });

  it('in folders are found from wherever the command is typed', async () => {
    const project = await createProject({ '.mlo/config.yaml': '' });
    mkdirSync(project.path('sub'));
    const { code } = await project.mlo(['remote', 'add', 'origin', '../../store'], { cwd: 'sub' });
    expect(code).toBe(0);
    expect(await succeeds(project, ['remote', 'list'])).toMatchObject({ remotes: [{ url: '../store' }] });
  });

  it.each([
    [['push'], 'MLO_REMOTE_UNKNOWN', /mlo remote add/],
    [['push', '-r', 'orgin'], 'MLO_REMOTE_UNKNOWN', /origin/],
    [['remote', 'add', 'a b', 'x'], 'MLO_USAGE', /Letters/],
    [['remote', 'add', 'origin', 'ftp://host/x'], 'MLO_USAGE', /s3:/],
    [['remote', 'add', 'origin', 's3://key:secret@bucket'], 'MLO_USAGE', /s3:/],
    [['remote', 'add', 'origin', '.'], 'MLO_USAGE', /elsewhere/],
    [['remote', 'add', 'origin', '.mlo/cache'], 'MLO_USAGE', /elsewhere/],
    [['remote', 'modify', 'origin', 'endpint', 'https://x'], 'MLO_USAGE', /endpoint/],
    [['remote', 'modify', 'origin', 'endpoint', 'minio'], 'MLO_USAGE', /help/],
    [['remote', 'modify', 'origin', 'endpoint'], 'MLO_USAGE', /help/],
    [['remote', 'rename', 'origin', 'nas'], 'MLO_REMOTE_UNKNOWN', /remove nas/],
  ])('%j is refused with the next command to type', async (args, code, hint) => {
    const hasRemote = args.some((word) => word === 'orgin' || word === 'modify' || word === 'rename');
    const config = hasRemote ? 'remotes: {origin: {url: s3://bucket}, nas: {url: store}}\n' : '';
    const project = await createProject({ '.mlo/config.yaml': config });
    const { error } = (await project.mlo([...args, '--json'])).json();
    expect(error.code).toBe(code);
    expect(error.hint).toMatch(hint);
    expect(JSON.stringify(error)).not.toContain('key:secret');
  });

  it('with mistakes in the file are told with their places, and only when a remote is needed', async () => {
    const project = await createProject({ '.mlo/config.yaml': 'remotes:\n  origin:\n    endpiont: s3://bucket\n    path_style: maybe\n' });
    expect((await project.mlo(['config', 'list'])).code).toBe(0);
    const { error } = (await project.mlo(['push', '--json'])).json();
    expect(error).toMatchObject({ code: 'MLO_CONFIG', details: { problems: [{ line: 3, hint: 'Did you mean endpoint?' }, { line: 4 }] } });
  });
});
