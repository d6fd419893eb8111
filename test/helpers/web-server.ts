import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll } from 'vitest';

/** What the server says of a path. */
export interface WebFile {
  readonly bytes: Buffer;
  /** As it is sent, quotes included. */
  readonly etag?: string;
  readonly modified?: string;
  /** Parts may be asked for. Default true. */
  readonly ranges?: boolean;
  /** Bodies of GET end after so many bytes, so often. */
  cut?: { readonly after: number; times: number };
}

export interface WebServer {
  readonly url: string;
  readonly files: Map<string, WebFile>;
  /** `GET /path 0-99` so far. */
  readonly requests: string[];
  /** Answers instead of the server where it returns true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
}

const closing: (() => void)[] = [];
afterAll(() => closing.splice(0).forEach((close) => close()));

/** A real web server on loopback with ETags, ranges and conditions. */
export async function webServer(files: { readonly [path: string]: WebFile } = {}): Promise<WebServer> {
  const server: WebServer = { url: '', files: new Map(Object.entries(files)), requests: [], intercept: () => false };
  const http = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    server.requests.push(`${request.method} ${path}${request.headers.range === undefined ? '' : ` ${request.headers.range.slice(6)}`}`);
    if (server.intercept(request, response)) return;
    const file = server.files.get(path);
    if (file === undefined) return void response.writeHead(404).end();
    answer(file, request, response);
  });
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  closing.push(
    () => http.close(),
    () => http.closeAllConnections(),
  );
  return Object.assign(server, { url: `http://127.0.0.1:${(http.address() as { port: number }).port}` });
}

function answer(file: WebFile, request: IncomingMessage, response: ServerResponse): void {
  const { etag, modified, ranges = true, bytes } = file;
  const condition = request.headers['if-match'];
  if (condition !== undefined && condition !== etag) return void response.writeHead(412).end();
  const headers = {
    ...(etag === undefined ? {} : { etag }),
    ...(modified === undefined ? {} : { 'last-modified': modified }),
    ...(ranges ? { 'accept-ranges': 'bytes' } : {}),
  };
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec((ranges ? request.headers.range : undefined) ?? '') ?? [];
  const body = from === undefined ? bytes : bytes.subarray(Number(from), Number(to) + 1);
  const range = from === undefined ? {} : { 'content-range': `bytes ${from}-${to}/${bytes.length}` };
  response.writeHead(from === undefined ? 200 : 206, { ...headers, ...range, 'content-length': body.length });
  if (request.method === 'HEAD') return void response.end();
  const { cut } = file;
  if (cut === undefined || cut.times === 0 || body.length <= cut.after) return void response.end(body);
  cut.times -= 1;
  response.write(body.subarray(0, cut.after), () => response.destroy());
}
