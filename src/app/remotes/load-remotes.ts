import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { saysNothing } from '../../core/config/says-nothing.ts';
import { retentionMs } from '../../core/config/keys.ts';
import { bytesPerSecond } from '../../core/config/rate.ts';
import type { RemoteSetting } from '../../core/config/remote-settings.ts';
import type { RemoteValue, RemoteValues } from '../../core/config/remotes.ts';
import { MloError, type Problem } from '../../core/errors/mlo-error.ts';
import { nearest } from '../../core/text/nearest.ts';
import { withIoErrors } from '../../fs/errno.ts';
import type { RemoteSettings } from '../../remote/settings.ts';
import { sharedRoot } from '../find-root.ts';
import { configFile, CONFIG_SCOPES, readConfigText, type ConfigScope } from '../load-config.ts';
import type { AppContext } from '../types.ts';

export interface ConfiguredRemote {
  readonly name: string;
  readonly values: RemoteValues;
  /** Which file says what counts. */
  readonly origins: { readonly [K in RemoteSetting]?: ConfigScope };
}

export interface ConfiguredRemotes {
  readonly remotes: readonly ConfiguredRemote[];
  /** The default one: as set, or the only one there is. */
  readonly chosen?: string;
  /** False where it is the default because there is no other. */
  readonly isChosenByName: boolean;
}

/** All remotes of a project: of each setting the strongest file decides. Throws MLO_CONFIG. */
export async function loadRemotes(root: string, env: AppContext['env']): Promise<ConfiguredRemotes> {
  const remotes = new Map<string, { values: { [key: string]: RemoteValue }; origins: { [key: string]: ConfigScope } }>();
  const problems: Problem[] = [];
  let chosen: string | undefined;
  for (const scope of CONFIG_SCOPES) {
    const file = configFile(scope, root, env);
    const text = file === undefined ? undefined : readConfigText(file);
    if (file === undefined || text === undefined || saysNothing(text)) continue;
    const { parseRemotes } = await import('../../core/config/remotes.ts');
    const parsed = parseRemotes(file, text, scope === 'project');
    problems.push(...parsed.problems);
    chosen ??= parsed.chosen;
    for (const [name, values] of Object.entries(parsed.remotes)) {
      const known = remotes.get(name) ?? { values: {}, origins: {} };
      remotes.set(name, known);
      for (const [key, value] of Object.entries(values)) {
        if (known.values[key] !== undefined) continue;
        known.values[key] = value;
        known.origins[key] = scope;
      }
    }
  }
  const [first] = problems;
  if (first !== undefined)
    throw new MloError('MLO_CONFIG', first.message, { problems, ...(first.hint === undefined ? {} : { hint: first.hint }) });
  const all = [...remotes].map(([name, each]) => ({ name, ...each })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const only = all.length === 1 ? all[0]?.name : undefined;
  const theOne = chosen ?? only;
  return { remotes: all, isChosenByName: chosen !== undefined, ...(theOne === undefined ? {} : { chosen: theOne }) };
}

/** The remote of that name, or the default one. Throws MLO_REMOTE_UNKNOWN, MLO_CONFIG. */
export async function chooseRemote(root: string, env: AppContext['env'], name?: string): Promise<RemoteSettings> {
  return settingsOf(root, env, namedOrDefault(await loadRemotes(root, env), name));
}

/** Throws MLO_REMOTE_UNKNOWN. */
export function namedOrDefault({ remotes, chosen }: ConfiguredRemotes, name?: string): ConfiguredRemote {
  const wanted = name ?? chosen;
  if (wanted !== undefined) return findRemote(remotes, wanted);
  const many = remotes.length > 0;
  throw new MloError('MLO_REMOTE_UNKNOWN', many ? 'There are several remotes, and none is the default' : 'No remote is set up', {
    hint: many ? `mlo remote default ${remotes[0]?.name}` : 'mlo remote add origin s3://<bucket>/<prefix>, or the path of a folder',
  });
}

export function findRemote(remotes: readonly ConfiguredRemote[], name: string): ConfiguredRemote {
  const found = remotes.find((each) => each.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    remotes.map((each) => each.name),
  );
  const add = `mlo remote add ${name} s3://<bucket>/<prefix>`;
  const known = remotes.length === 0 ? add : `mlo remote list shows those that are known; another one: ${add}`;
  throw new MloError('MLO_REMOTE_UNKNOWN', `There is no remote '${name}'`, { hint: near === undefined ? known : `Did you mean ${near}?` });
}

/** As other programs read it: lower case counts first, and `HTTP_PROXY` of a web server is none of ours. */
function proxyEnvironment(env: AppContext['env']): RemoteSettings['proxyEnv'] {
  const read = (name: string): string | undefined => env[name] ?? env[name.toUpperCase()] ?? undefined;
  const all = read('all_proxy');
  const found = { http: read('http_proxy') ?? all, https: read('https_proxy') ?? all, no: read('no_proxy') };
  const given = Object.entries(found).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0 ? undefined : (Object.fromEntries(given) as NonNullable<RemoteSettings['proxyEnv']>);
}

const CUSTOMER_KEY_BYTES = 32;

/** Of a file, else of `MLO_SSE_CUSTOMER_KEY` (base64). What is in it is never told. */
function customerKey(file: string | undefined, locate: (path: string) => string, env: AppContext['env']): Uint8Array | undefined {
  const variable = env['MLO_SSE_CUSTOMER_KEY'];
  if (file === undefined && (variable === undefined || variable === '')) return undefined;
  const path = file === undefined ? '' : locate(file);
  const bytes = file === undefined ? Buffer.from(variable ?? '') : withIoErrors('read the key', path, () => readFileSync(path));
  if (bytes.length === CUSTOMER_KEY_BYTES) return bytes;
  const decoded = Buffer.from(bytes.toString('latin1').trim(), 'base64');
  if (decoded.length === CUSTOMER_KEY_BYTES) return decoded;
  throw new MloError('MLO_CONFIG', `${file === undefined ? 'MLO_SSE_CUSTOMER_KEY' : path} is no key of 32 bytes, as it is or in base64`, {
    hint: 'openssl rand -base64 32 > key; chmod 600 key',
  });
}

/** Throws MLO_CONFIG where it has no address. */
export function settingsOf(root: string, env: AppContext['env'], { name, values }: ConfiguredRemote): RemoteSettings {
  const text = (key: RemoteSetting): string | undefined => (typeof values[key] === 'string' ? values[key] : undefined);
  const url = text('url');
  if (url === undefined) {
    throw new MloError('MLO_CONFIG', `The remote '${name}' has no address`, {
      hint: `mlo remote modify ${name} url s3://<bucket>/<prefix>`,
    });
  }
  const base = sharedRoot(root);
  const optional = {
    endpoint: text('endpoint') ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'],
    region: text('region'),
    profile: text('profile'),
    pathStyle: values.path_style as boolean | undefined,
    checksums: text('checksums') as RemoteSettings['checksums'],
    accessKeyId: text('access_key_id'),
    secretAccessKey: text('secret_access_key'),
    sessionToken: text('session_token'),
    storageClass: text('storage_class'),
    sse: text('sse'),
    sseKmsKeyId: text('sse_kms_key_id'),
    requesterPays: values.requester_pays as boolean | undefined,
    timeoutMs: text('timeout') === undefined ? undefined : retentionMs(text('timeout') ?? ''),
    proxy: text('proxy'),
    proxyEnv: proxyEnvironment(env),
    limitRate: text('limit_rate') === undefined ? undefined : bytesPerSecond(text('limit_rate') ?? ''),
    sseCustomerKey: customerKey(text('sse_customer_key_file'), (path) => localPath(base, env, path), env),
    caFile: text('ca_file') === undefined ? undefined : localPath(base, env, text('ca_file') ?? ''),
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined && value !== ''));
  return { name, url: isLocal(url) ? localPath(base, env, url) : url, ...given };
}

export function isLocal(url: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(url);
}

function localPath(root: string, env: AppContext['env'], path: string): string {
  if (path === '~' || path.startsWith('~/')) return join(env['HOME'] ?? root, path.slice(1));
  return isAbsolute(path) ? path : resolve(root, path);
}
