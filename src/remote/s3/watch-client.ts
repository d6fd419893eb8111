import type { S3Client } from '@aws-sdk/client-s3';

export interface ClientWatch {
  /** Each attempt. */
  readonly onRequest: () => void;
  /** The server's clock as an answer told it, Unix milliseconds. */
  readonly onServerClock: (serverMs: number) => void;
}

export function watchClient(client: S3Client, { onRequest, onServerClock }: ClientWatch): void {
  client.middlewareStack.add(
    (next) => async (request) => {
      onRequest();
      return await next(request);
    },
    { step: 'finalizeRequest', name: 'countRequests' },
  );
  client.middlewareStack.add(
    (next) => async (request) => {
      const answer = await next(request);
      const { date } = (answer.response as { headers?: { date?: string } } | undefined)?.headers ?? {};
      const serverMs = Date.parse(date ?? '');
      if (!Number.isNaN(serverMs)) onServerClock(serverMs);
      return answer;
    },
    { step: 'deserialize', name: 'readClock', priority: 'low' },
  );
}
