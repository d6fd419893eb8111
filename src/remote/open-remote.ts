import { MloError } from '../core/errors/mlo-error.ts';
import { directoryRemote } from './directory/directory-remote.ts';
import type { Remote } from './port.ts';
import { parseS3Address, type RemoteSettings } from './settings.ts';

/** Opens no connection yet. The SDK is loaded for `s3://` addresses only. Throws MLO_CONFIG where the address cannot be used. */
export async function openRemote(settings: RemoteSettings, signal?: AbortSignal): Promise<Remote> {
  const { url, name } = settings;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1];
  if (scheme === undefined) return directoryRemote(url, settings.limitRate, signal);
  const address = parseS3Address(url);
  if (address === undefined) {
    throw new MloError('MLO_CONFIG', `The address of the remote '${name}' is none that mlo knows: ${url}`, {
      hint: `mlo remote modify ${name} url s3://<bucket>/<prefix>, or the path of a folder`,
    });
  }
  const { s3Remote } = await import('./s3/s3-remote.ts');
  return s3Remote({ settings, address, ...(signal === undefined ? {} : { signal }) });
}
