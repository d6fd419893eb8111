import { createServer, Agent, request } from 'node:http';

/** Between a client and the server: every request is counted, and passed on after a while. */
export interface Proxy {
  readonly endpoint: string;
  /** So far. */
  readonly requests: () => number;
  /** Before each request goes on, milliseconds. */
  latencyMs: number;
  close(): void;
}

export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  let requests = 0;
  const server = createServer((incoming, outgoing) => {
    requests += 1;
    const { method, url, headers } = incoming;
    const passOn = (): void => {
      const onward = request({ hostname, port, method, path: url, headers, agent }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    };
    setTimeout(passOn, proxy.latencyMs);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as { port: number };
  const proxy: Proxy = {
    endpoint: `http://127.0.0.1:${own}`,
    requests: () => requests,
    latencyMs: 0,
    close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
  return proxy;
}
