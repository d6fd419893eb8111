import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { withIoErrors } from '../../fs/errno.ts';
import { LONGEST_TIMER_MS } from '../../fs/long-timer.ts';
import type { RateLimit } from '../rate-limit.ts';
import type { RemoteSettings } from '../settings.ts';
import { PlainAgent, SecureAgent } from './agents.ts';

const MOST_SOCKETS = 64;
const CONNECTION_TIMEOUT_MS = 10_000;
/** Nothing came or went for so long. */
const STALL_MS = 60_000;

/**
 * A client that any server takes: with an endpoint, addresses by path and no checksums that are not asked for (third-party servers
 * break on both), while signatures cover every byte that is sent. Attempts are counted by the caller.
 */
export function s3Client(settings: RemoteSettings, limit?: RateLimit): S3Client {
  const { endpoint, region, profile, accessKeyId, secretAccessKey, sessionToken } = settings;
  const own = endpoint !== undefined;
  const checksums = (settings.checksums ?? (own ? 'required' : 'supported')) === 'required' ? 'WHEN_REQUIRED' : 'WHEN_SUPPORTED';
  const sockets = { keepAlive: true, maxSockets: MOST_SOCKETS };
  const connections = { ...settings, ...(limit === undefined ? {} : { limit }) };
  const config: S3ClientConfig = {
    forcePathStyle: settings.pathStyle ?? own,
    maxAttempts: 1,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: Math.min(settings.timeoutMs ?? STALL_MS, LONGEST_TIMER_MS),
      httpAgent: new PlainAgent(sockets, connections),
      httpsAgent: new SecureAgent({ ...sockets, ...trusted(settings.caFile) }, connections),
    },
    ...(own ? { endpoint, region: region ?? 'us-east-1' } : region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } }),
  };
  return new S3Client(config);
}

function trusted(caFile: string | undefined): { ca?: string[] } {
  if (caFile === undefined) return {};
  return { ca: [...rootCertificates, withIoErrors('read the certificates', caFile, () => readFileSync(caFile, 'utf8'))] };
}
