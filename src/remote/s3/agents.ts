import { Agent as HttpAgent, request, type AgentOptions, type ClientRequest, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { callbackify, promisify } from 'node:util';
import type { RateLimit } from '../rate-limit.ts';
import { proxyFor, type Proxy, type ProxySettings } from './proxy.ts';

/** How connections to a server are made. Node's own agents know proxies from 22.21 and 24.5 on only. */
export interface AgentSettings extends ProxySettings {
  readonly limit?: RateLimit;
}

const CONNECT_TIMEOUT_MS = 10_000;

type Callback = (error: Error | null, stream: Duplex) => void;
type Target = ClientRequestArgs & { readonly servername?: string };

export class PlainAgent extends HttpAgent {
  readonly #settings: AgentSettings;

  constructor(options: AgentOptions, settings: AgentSettings) {
    super(options);
    this.#settings = settings;
  }

  /** Through a proxy a request names its whole address. Called by Node for each request. */
  addRequest(outgoing: ClientRequest, options: Target): void {
    const proxy = proxyOf(false, options, this.#settings);
    if (proxy !== undefined) {
      const port = Number(options.port ?? 80);
      outgoing.path = `http://${options.host}${port === 80 ? '' : `:${port}`}${outgoing.path}`;
      if (proxy.authorization !== undefined) outgoing.setHeader('proxy-authorization', proxy.authorization);
    }
    // Not in Node's types, and what every agent is called by.
    (HttpAgent.prototype as unknown as { addRequest(outgoing: ClientRequest, options: Target): void }).addRequest.call(
      this,
      outgoing,
      options,
    );
  }

  override createConnection(options: ClientRequestArgs, callback?: Callback): Duplex | null | undefined {
    const proxy = proxyOf(false, options, this.#settings);
    const { limit } = this.#settings;
    if (proxy === undefined) return limited(super.createConnection(options, callback), limit);
    return limited(connectTcp({ host: proxy.host, port: proxy.port, noDelay: true }), limit);
  }
}

export class SecureAgent extends HttpsAgent {
  readonly #settings: AgentSettings;
  readonly #options: HttpsAgentOptions;

  constructor(options: HttpsAgentOptions, settings: AgentSettings) {
    super(options);
    this.#options = options;
    this.#settings = settings;
  }

  override createConnection(options: ClientRequestArgs, callback?: Callback): Duplex | null | undefined {
    const proxy = proxyOf(true, options, this.#settings);
    const { limit } = this.#settings;
    if (proxy === undefined) return limited(super.createConnection(options, callback), limit);
    const { ca } = this.#options;
    const host = options.host ?? 'localhost';
    const port = Number(options.port ?? 443);
    const trust = { host, port, servername: (options as Target).servername ?? host, ...(ca === undefined ? {} : { ca }) };
    const open = async (): Promise<Duplex> => {
      const socket = await openTunnel(proxy, `${host}:${port}`);
      return limited(connectTls({ ...trust, socket, ALPNProtocols: ['http/1.1'] }), limit);
    };
    callbackify(open)((error, stream) => callback?.(error, stream));
    return undefined;
  }
}

function proxyOf(isSecure: boolean, options: ClientRequestArgs, settings: AgentSettings): Proxy | undefined {
  return proxyFor(isSecure, options.host ?? 'localhost', Number(options.port ?? (isSecure ? 443 : 80)), settings);
}

function openTunnel({ host, port, authorization }: Proxy, target: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const headers = { host: target, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) };
    const tunnel = request({ host, port, method: 'CONNECT', path: target, headers, agent: false, timeout: CONNECT_TIMEOUT_MS });
    tunnel.once('connect', (answer, socket: Socket) => {
      if (answer.statusCode === 200) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(Object.assign(new Error(`the proxy ${host}:${port} answers ${answer.statusCode} to CONNECT`), { code: 'EPROXY' }));
    });
    tunnel.once('timeout', () =>
      tunnel.destroy(Object.assign(new Error(`the proxy ${host}:${port} does not answer`), { code: 'ETIMEDOUT' })),
    );
    tunnel.once('error', reject);
    tunnel.end();
  });
}

type Write = (chunk: Buffer | string, encoding: BufferEncoding | 'buffer', done: (error?: Error | null) => void) => void;

/** What is written goes in slices, each when its time has come; what is read is paced by the reader. */
function limited<T extends Duplex | null | undefined>(socket: T, limit: RateLimit | undefined): T {
  if (limit === undefined || socket === null || socket === undefined) return socket;
  const stream = socket as unknown as { _write: Write; _writev: undefined };
  const original = stream._write.bind(socket);
  const write = promisify((slice: Buffer, done: (error?: Error | null) => void) => original(slice, 'buffer', done));
  const writeSlices = callbackify(async (bytes: Buffer): Promise<void> => {
    for (let from = 0; from < bytes.length; from += limit.slice) {
      const slice = bytes.subarray(from, from + limit.slice);
      await limit.pace(slice.length);
      await write(slice);
    }
  });
  stream._write = (chunk, encoding, done) => {
    writeSlices(typeof chunk === 'string' ? Buffer.from(chunk, encoding === 'buffer' ? 'utf8' : encoding) : chunk, (error) => done(error));
  };
  stream._writev = undefined;
  return socket;
}
