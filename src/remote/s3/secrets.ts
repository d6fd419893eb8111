import type { S3Client } from '@aws-sdk/client-s3';
import type { RemoteSettings } from '../settings.ts';

/** Shorter ones are no keys of any server, and stand in ordinary words. */
const SHORTEST_SECRET = 6;

/** What no message may tell: servers repeat in errors what they were sent. Wherever it came from: settings, environment, profile, role. */
export async function secretsOf(client: S3Client, settings: RemoteSettings): Promise<readonly string[]> {
  const { accessKeyId, secretAccessKey, sessionToken, sseCustomerKey } = settings;
  const found = await client.config.credentials().catch(() => undefined);
  const own = [secretAccessKey, sessionToken, accessKeyId, found?.secretAccessKey, found?.sessionToken, found?.accessKeyId];
  const key = sseCustomerKey === undefined ? undefined : Buffer.from(sseCustomerKey).toString('base64');
  return [...own, key].filter((each): each is string => each !== undefined && each.length >= SHORTEST_SECRET);
}
