import { REMOTE_SETTINGS, type RemoteSetting } from '../../core/config/remote-settings.ts';
import { isSecret } from '../../core/config/remotes.ts';
import { findRoot } from '../find-root.ts';
import type { ConfigScope } from '../load-config.ts';
import type { AppContext } from '../types.ts';
import { loadRemotes, namedOrDefault, type ConfiguredRemote } from './load-remotes.ts';

export interface RemoteListData {
  readonly remotes: readonly { readonly name: string; readonly url?: string; readonly default: boolean }[];
}

export interface RemoteShowData {
  readonly name: string;
  readonly default: boolean;
  /** Secrets only as `***`. */
  readonly settings: readonly {
    readonly key: RemoteSetting;
    readonly value: string;
    readonly origin: ConfigScope;
    readonly means: string;
  }[];
}

export async function remoteList(ctx: AppContext): Promise<RemoteListData> {
  const { remotes, chosen } = await loadRemotes(findRoot(ctx.cwd), ctx.env);
  return {
    remotes: remotes.map(({ name, values: { url } }) => ({ name, ...(typeof url === 'string' ? { url } : {}), default: name === chosen })),
  };
}

export async function remoteShow(ctx: AppContext, name?: string): Promise<RemoteShowData> {
  const configured = await loadRemotes(findRoot(ctx.cwd), ctx.env);
  const remote = namedOrDefault(configured, name);
  return { name: remote.name, default: remote.name === configured.chosen, settings: settingsOf(remote) };
}

function settingsOf({ values, origins }: ConfiguredRemote): RemoteShowData['settings'] {
  return (Object.keys(values) as RemoteSetting[]).map((key) => ({
    key,
    value: isSecret(key) ? '***' : String(values[key]),
    origin: origins[key] ?? 'project',
    means: REMOTE_SETTINGS[key].means,
  }));
}
