import { isAbsolute, join, relative, resolve } from 'node:path';
import { REMOTE_SETTINGS, type RemoteSetting } from '../../core/config/remote-settings.ts';
import {
  isRemoteName,
  isRemoteSetting,
  isSecret,
  parseRemotes,
  readRemoteValue,
  unknownSettingHint,
  type RemoteValue,
} from '../../core/config/remotes.ts';
import { setInConfigText, unsetInConfigText } from '../../core/config/edit.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isInside } from '../../core/path/project-path.ts';
import { parseS3Address } from '../../remote/settings.ts';
import { findRoot, sharedRoot } from '../find-root.ts';
import type { ConfigScope } from '../load-config.ts';
import type { AppContext } from '../types.ts';
import { withConfigEditor, type EditConfig } from '../write-config.ts';
import { findRemote, isLocal, loadRemotes } from './load-remotes.ts';

export interface RemoteChangeData {
  readonly name: string;
  readonly done: 'added' | 'changed' | 'removed' | 'renamed' | 'chosen' | 'unchanged';
  readonly scope: ConfigScope;
  readonly file: string;
  /** Renamed ones: the name before. */
  readonly from?: string;
  /** Added ones: which remote is the default now. */
  readonly default?: string;
}

type Change = Pick<RemoteChangeData, 'name' | 'done' | 'from' | 'default'>;

/** Strongest first. */
const FILES_OF_PROJECT: readonly ConfigScope[] = ['local', 'project'];

/** Writes a new remote; with `chosen` it becomes the default. The only one there was stays the default: that is written down then. */
export async function remoteAdd(
  ctx: AppContext,
  { name, url, scope, chosen, replace }: { name: string; url: string; scope: ConfigScope; chosen: boolean; replace: boolean },
): Promise<RemoteChangeData> {
  const root = findRoot(ctx.cwd);
  checkName(name);
  return await withConfigEditor(ctx, [...FILES_OF_PROJECT, scope], async (edit) => {
    const { remotes, chosen: before, isChosenByName } = await loadRemotes(root, ctx.env);
    if (!replace && remotes.some((each) => each.name === name)) {
      throw new MloError('MLO_REMOTE_UNKNOWN', `There is a remote '${name}' already`, {
        hint: `mlo remote modify ${name} url ${url}, or with --replace: mlo remote add --replace ${name} ${url}`,
      });
    }
    const address = addressToKeep(ctx, root, url);
    const only = isChosenByName ? undefined : remotes.find((each) => each.name === before && each.name !== name);
    if (only !== undefined && !chosen) {
      // What one file of the user's says would hold for all their projects.
      const where = only.origins.url ?? 'local';
      edit(where === 'user' ? 'local' : where, (text) => setInConfigText(text, 'remote', only.name));
    }
    return change(edit, scope, { name, done: 'added', default: chosen ? name : (before ?? name) }, (text) => {
      const added = setInConfigText(unsetInConfigText(text, `remotes.${name}`), `remotes.${name}.url`, address);
      return chosen ? setInConfigText(added, 'remote', name) : added;
    });
  });
}

/** Sets one setting, or with `value` undefined takes it away. */
export async function remoteModify(
  ctx: AppContext,
  { name, key, value, scope }: { name: string; key: string; value: string | undefined; scope: ConfigScope },
): Promise<RemoteChangeData> {
  const root = findRoot(ctx.cwd);
  return await withConfigEditor(ctx, [scope], async (edit) => {
    findRemote((await loadRemotes(root, ctx.env)).remotes, name);
    const setting = settingNamed(key);
    if (value === undefined)
      return change(edit, scope, { name, done: 'changed' }, (text) => unsetInConfigText(text, `remotes.${name}.${setting}`));
    const read = readSetting(ctx, root, setting, value);
    if (scope === 'project' && isSecret(setting)) {
      throw new MloError('MLO_USAGE', `${setting} is a secret: it is not written into .mlo/config.yaml, which is committed`, {
        hint: `mlo remote modify --local ${name} ${setting} <value>`,
      });
    }
    return change(edit, scope, { name, done: 'changed' }, (text) => setInConfigText(text, `remotes.${name}.${setting}`, read));
  });
}

export async function remoteChoose(ctx: AppContext, name: string, scope: ConfigScope): Promise<RemoteChangeData> {
  return await withConfigEditor(ctx, [scope], async (edit) => {
    findRemote((await loadRemotes(findRoot(ctx.cwd), ctx.env)).remotes, name);
    return change(edit, scope, { name, done: 'chosen' }, (text) => setInConfigText(text, 'remote', name));
  });
}

/** From every file of the project; what was pushed stays. */
export async function remoteRemove(ctx: AppContext, name: string): Promise<RemoteChangeData> {
  return await withConfigEditor(ctx, FILES_OF_PROJECT, async (edit) => {
    findRemote((await loadRemotes(findRoot(ctx.cwd), ctx.env)).remotes, name);
    return inEveryFile(edit, { name, done: 'removed' }, (text, file) => {
      const without = unsetInConfigText(text, `remotes.${name}`);
      return parseRemotes(file, without, false).chosen === name ? unsetInConfigText(without, 'remote') : without;
    });
  });
}

export async function remoteRename(ctx: AppContext, from: string, name: string): Promise<RemoteChangeData> {
  return await withConfigEditor(ctx, FILES_OF_PROJECT, async (edit) => {
    const { remotes } = await loadRemotes(findRoot(ctx.cwd), ctx.env);
    findRemote(remotes, from);
    checkName(name);
    if (remotes.some((each) => each.name === name))
      throw new MloError('MLO_REMOTE_UNKNOWN', `There is a remote '${name}' already`, { hint: `mlo remote remove ${name}` });
    return inEveryFile(edit, { name, done: 'renamed', from }, (text, file) => {
      const { remotes: here, chosen } = parseRemotes(file, text, false);
      let renamed = unsetInConfigText(text, `remotes.${from}`);
      for (const [key, value] of Object.entries(here[from] ?? {})) renamed = setInConfigText(renamed, `remotes.${name}.${key}`, value);
      return chosen === from ? setInConfigText(renamed, 'remote', name) : renamed;
    });
  });
}

function checkName(name: string): void {
  if (!isRemoteName(name))
    throw new MloError('MLO_USAGE', `'${name}' is no name for a remote`, { hint: 'Letters, digits, - and _, such as: origin' });
}

function settingNamed(key: string): RemoteSetting {
  if (isRemoteSetting(key)) return key;
  throw new MloError('MLO_USAGE', `A remote has no setting '${key}'`, { hint: unknownSettingHint(key) });
}

function readSetting(ctx: AppContext, root: string, key: RemoteSetting, typed: string): RemoteValue {
  const value = readRemoteValue(key, typed);
  if (value === undefined)
    throw new MloError('MLO_USAGE', `${key}: expected ${REMOTE_SETTINGS[key].expects}`, { hint: 'mlo remote modify --help' });
  return key === 'url' ? addressToKeep(ctx, root, typed) : value;
}

/** Paths are kept relative to the project where they were typed as relative ones. */
function addressToKeep(ctx: AppContext, root: string, url: string): string {
  if (isLocal(url)) {
    if (url === '' || url.includes('\0'))
      throw new MloError('MLO_USAGE', 'The address of a remote is empty', { hint: 'mlo remote add origin s3://bucket/prefix' });
    refuseOwnFolders(ctx, root, url);
    if (isAbsolute(url) || url.startsWith('~')) return url;
    return relative(sharedRoot(root), resolve(ctx.cwd, url));
  }
  if (parseS3Address(url) !== undefined) return url;
  if (/^s3:\/\//i.test(url))
    throw new MloError('MLO_USAGE', 'That is no address of a bucket', {
      hint: 's3://bucket/prefix; the name of a bucket has 3 letters, digits, dots or hyphens at least',
    });
  throw new MloError('MLO_USAGE', 'That is no address that mlo knows', {
    hint: 's3://bucket/prefix (another server than that of AWS: mlo remote modify <name> endpoint https://…; keys: --local), or the path of a folder',
  });
}

/** A remote is another place: what is lost with the project must not be lost with it. */
function refuseOwnFolders(ctx: AppContext, root: string, url: string): void {
  const path = resolve(ctx.cwd, url);
  for (const own of new Set([root, sharedRoot(root)])) {
    if (path !== own && !isInside(join(own, '.mlo'), path)) continue;
    throw new MloError(
      'MLO_USAGE',
      `'${url}' is ${path === own ? 'this project itself' : "mlo's own folder"}, which cannot be its own remote`,
      {
        hint: 'Name a folder elsewhere, on another disk at best: mlo remote add origin ../store',
      },
    );
  }
}

function inEveryFile(edit: EditConfig, what: Change, how: (text: string, file: string) => string): RemoteChangeData {
  const results = FILES_OF_PROJECT.map((scope) => change(edit, scope, what, how));
  return results.find(({ done }) => done !== 'unchanged') ?? (results[0] as RemoteChangeData);
}

function change(edit: EditConfig, scope: ConfigScope, what: Change, how: (text: string, file: string) => string): RemoteChangeData {
  const { file, changed } = edit(scope, how);
  return { ...what, ...(changed ? {} : { done: 'unchanged' }), scope, file };
}
