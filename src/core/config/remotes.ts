import { retentionMs } from './keys.ts';
import { bytesPerSecond } from './rate.ts';
import { REMOTE_SETTINGS, type RemoteSetting, type SettingRule } from './remote-settings.ts';
import type { Problem } from '../errors/mlo-error.ts';
import { describeNode, toValue, type SourceNode } from '../source/node.ts';
import { parseYamlSource } from '../source/yaml.ts';
import { nearest } from '../text/nearest.ts';

/** Keys of a configuration file that this module reads: `remote: team` is the default, `remotes: {team: {url: s3://bucket}}`. */
export const REMOTE_KEYS: readonly string[] = ['remote', 'remotes'];

export type RemoteValue = string | boolean;
export type RemoteValues = { readonly [K in RemoteSetting]?: RemoteValue };

export interface ParsedRemotes {
  /** Name of the default remote. */
  readonly chosen?: string;
  readonly remotes: { readonly [name: string]: RemoteValues };
  readonly problems: readonly Problem[];
}

const SETTING_NAMES = Object.keys(REMOTE_SETTINGS) as readonly RemoteSetting[];

export function isRemoteName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name);
}

export function isRemoteSetting(key: string): key is RemoteSetting {
  return Object.hasOwn(REMOTE_SETTINGS, key);
}

export function isSecret(key: RemoteSetting): boolean {
  return (REMOTE_SETTINGS[key] as SettingRule).secret === true;
}

export function unknownSettingHint(key: string): string {
  const near = nearest(key, SETTING_NAMES);
  return near === undefined ? `Known settings: ${SETTING_NAMES.join(', ')}` : `Did you mean ${near}?`;
}

/** A value from YAML, or as typed; undefined where the setting does not allow it. */
export function readRemoteValue(key: RemoteSetting, value: unknown): RemoteValue | undefined {
  const { kind, values }: SettingRule = REMOTE_SETTINGS[key];
  if (kind === 'boolean') return value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined;
  if (kind === 'rate' && typeof value === 'number') return readRemoteValue(key, String(value));
  if (typeof value !== 'string' || value === '' || /[\0\n]/.test(value)) return undefined;
  if (kind === 'one-of') return values?.includes(value) === true ? value : undefined;
  if (kind === 'proxy') return value === 'none' || /^http:\/\/[^\s/@]+\/?$/.test(value) ? value : undefined;
  if (kind === 'duration') return (retentionMs(value) ?? 0) >= 1000 ? value : undefined;
  if (kind === 'rate') return bytesPerSecond(value) === undefined ? undefined : value;
  if (kind === 'endpoint') return /^https?:\/\/[^\s/@]+\/?$/.test(value) ? value : undefined;
  return value;
}

/** What a configuration file says about remotes; `committed` ones hold no secrets. */
export function parseRemotes(file: string, text: string, committed: boolean): ParsedRemotes {
  const { root, problems: syntax } = parseYamlSource(file, text);
  if (syntax.length > 0) return { remotes: {}, problems: syntax };
  const problems: Problem[] = [];
  const remotes: { [name: string]: { [key: string]: RemoteValue } } = {};
  if (root.kind !== 'map') return { remotes, problems };
  const section = root.entries.get('remotes')?.node;
  for (const { key: name, keyStart, node } of entriesOf(section, problems)) {
    if (!isRemoteName(name)) problems.push(node.from.problem(keyStart, `'${name}' is no name for a remote`, 'Letters, digits, - and _'));
    else remotes[name] = readRemote(name, node, committed, problems);
  }
  const chosen = root.entries.get('remote')?.node;
  if (chosen === undefined) return { remotes, problems };
  const name = toValue(chosen);
  if (typeof name === 'string' && isRemoteName(name)) return { remotes, problems, chosen: name };
  return {
    remotes,
    problems: [...problems, chosen.from.problem(chosen.start, `remote: expected the name of a remote, found ${describeNode(chosen)}`)],
  };
}

function readRemote(name: string, node: SourceNode, committed: boolean, problems: Problem[]): { [key: string]: RemoteValue } {
  const values: { [key: string]: RemoteValue } = {};
  for (const { key, keyStart, node: setting } of entriesOf(node, problems)) {
    const tell = (message: string, hint?: string): void =>
      void problems.push(setting.from.problem(keyStart, `remotes.${name}: ${message}`, hint));
    if (!isRemoteSetting(key)) {
      tell(`unknown setting '${key}'`, unknownSettingHint(key));
      continue;
    }
    const value = readRemoteValue(key, toValue(setting));
    if (value === undefined) tell(`${key}: expected ${REMOTE_SETTINGS[key].expects}`);
    else if (committed && isSecret(key))
      tell(
        `${key} is a secret, and this file is committed`,
        `Take it out, make a new key, then: mlo remote modify --local ${name} ${key} <value>`,
      );
    else values[key] = value;
  }
  return values;
}

function entriesOf(node: SourceNode | undefined, problems: Problem[]): readonly { key: string; keyStart: number; node: SourceNode }[] {
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
  if (node.kind === 'map') return [...node.entries.values()];
  problems.push(node.from.problem(node.start, `expected a map of settings, found ${describeNode(node)}`));
  return [];
}
