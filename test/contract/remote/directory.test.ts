import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { directoryRemote } from '../../../src/remote/directory/directory-remote.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { temporaryName } from '../../../src/fs/temporary-name.ts';
import { remoteContract, unfinishedContract } from './contract.ts';

remoteContract('a remote in a folder', async () => directoryRemote(join(await temporaryFolder(), 'made', 'on demand')));

unfinishedContract('a remote in a folder', async () => {
  const folder = await temporaryFolder();
  const begin = async (key: string): Promise<void> => {
    mkdirSync(join(folder, dirname(key)), { recursive: true });
    writeFileSync(join(folder, dirname(key), temporaryName()), Buffer.alloc(1000));
  };
  return { remote: directoryRemote(folder), begin };
});

it('leaves no temporary file, also where somebody was first', async () => {
  const folder = await temporaryFolder();
  const remote = directoryRemote(folder);
  await remote.put('index/a', Buffer.from('1'));
  await Promise.all(Array.from({ length: 5 }, () => remote.put('index/b', Buffer.from('2'))));
  expect(readdirSync(join(folder, 'index')).sort()).toEqual(['a', 'b']);
});

it('does not list files that are being written', async () => {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, 'index'));
  writeFileSync(join(folder, 'index', '.mlo-tmp-1'), 'half');
  for await (const entry of directoryRemote(folder).list('index/')) expect(entry).toBeUndefined();
});

it('says which path cannot be written, and why', async () => {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  const remote = directoryRemote(join(folder, 'file'));
  await expect(remote.put('index/a', Buffer.from('1'))).rejects.toMatchObject({
    code: 'MLO_REMOTE',
    message: expect.stringContaining(join(folder, 'file')) as string,
  });
});
