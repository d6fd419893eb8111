import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll } from 'vitest';

/** What happens to a request instead of being passed on. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  | { readonly kind: 'reset' }
  /** It arrives, and the answer does not. */
  | { readonly kind: 'drop-answer' }
  /** The body of the answer ends after so many bytes. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** One bit of the body of the answer is another one. */
  | { readonly kind: 'flip' }
  /** The body of the answer ends after so many bytes, and the connection stays open: nothing more comes. */
  | { readonly kind: 'stall'; readonly bytes: number }
  /** It is passed on after this. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }
  /** Headers of the answer are other ones. */
  | { readonly kind: 'headers'; readonly headers: { readonly [name: string]: string } }
  /** The body of the answer is what this makes of it. */
  | { readonly kind: 'body'; readonly change: (body: Buffer) => Buffer };

export interface FaultProxy {
  readonly endpoint: string;
  /** Requests so far, as `GET index/ab…` without bucket and query. */
  readonly requests: readonly string[];
  /** Asked for each request: its number from 0, method and path. */
  decide: (number: number, method: string, path: string, headers: IncomingHttpHeaders) => Fault | undefined;
  /** Where requests go: a server that was started again may have another port. */
  target: string;
}

const closing: (() => void)[] = [];
afterAll(() => closing.splice(0).forEach((close) => close()));

/** Passes requests on as they are (signatures stay right), but for those that are to fail. */
export async function faultProxy(target: string): Promise<FaultProxy> {
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const number = requests.length;
    const path = new URL(incoming.url ?? '/', target).pathname;
    requests.push(`${incoming.method} ${path}`);
    const fault = proxy.decide(number, incoming.method ?? '', path, incoming.headers);
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => void chunks.push(chunk));
    incoming.on('end', () => {
      const go = (): void => pass(new URL(proxy.target), incoming, Buffer.concat(chunks), outgoing, fault);
      if (fault?.kind === 'hold') fault.until.then(go, go);
      else go();
    });
    incoming.on('error', () => outgoing.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const address = server.address() as { port: number };
  const proxy: FaultProxy = { endpoint: `http://127.0.0.1:${address.port}`, requests, decide: () => undefined, target };
  return proxy;
}

function pass(to: URL, incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse, fault: Fault | undefined): void {
  if (fault?.kind === 'reset') return void outgoing.destroy();
  if (fault?.kind === 'status') {
    outgoing.writeHead(fault.status, { 'content-type': 'application/xml' });
    return void outgoing.end(`<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>a fault of the test</Message></Error>`);
  }
  const { method, url, headers } = incoming;
  const onward = request({ host: to.hostname, port: to.port, method, path: url, headers, agent: false }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => void chunks.push(chunk));
    answer.on('end', () => {
      const received = Buffer.concat(chunks);
      const bytes = fault?.kind === 'body' ? fault.change(received) : received;
      if (fault?.kind === 'drop-answer') return void outgoing.destroy();
      if (fault?.kind === 'flip' && bytes.length > 0) bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 4;
      const changed = fault?.kind === 'headers' ? fault.headers : {};
      const length = fault?.kind === 'body' ? { 'content-length': String(bytes.length) } : {};
      outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...length, ...changed });
      if (fault?.kind === 'stall') return void outgoing.write(bytes.subarray(0, fault.bytes));
      if (fault?.kind !== 'cut' || bytes.length <= fault.bytes) return void outgoing.end(bytes);
      outgoing.write(bytes.subarray(0, fault.bytes), () => outgoing.destroy());
    });
    answer.on('error', () => outgoing.destroy());
  });
  onward.on('error', () => outgoing.destroy());
  onward.end(body);
}
