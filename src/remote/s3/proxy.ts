/** Where to connect to instead of to a host, as the environment says it for all programs, or the setting `proxy` for one remote. */
export interface ProxySettings {
  /** `none`: no proxy, whatever the environment says. Without user and password. */
  readonly proxy?: string;
  readonly proxyEnv?: { readonly http?: string; readonly https?: string; readonly no?: string };
}

export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** Of `Proxy-Authorization`, where the environment has user and password. */
  readonly authorization?: string;
}

/** The proxy for one host, or undefined: then the connection is direct. */
export function proxyFor(isSecure: boolean, host: string, port: number, { proxy, proxyEnv = {} }: ProxySettings): Proxy | undefined {
  if (proxy === 'none') return undefined;
  if (proxy !== undefined) return parseProxy(proxy);
  const url = isSecure ? proxyEnv.https : proxyEnv.http;
  if (url === undefined || url === '' || isExempt(host, port, proxyEnv.no ?? '')) return undefined;
  return parseProxy(url);
}

/** `example.com` and `.example.com`: the host and all below; `host:port`; `*`: all. */
function isExempt(host: string, port: number, list: string): boolean {
  const name = host.toLowerCase();
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, pattern = '', wantedPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      const domain = pattern.replace(/^\*?\./, '');
      return (wantedPort === undefined || Number(wantedPort) === port) && (name === domain || name.endsWith(`.${domain}`));
    });
}

function parseProxy(text: string): Proxy | undefined {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || url.protocol !== 'http:') return undefined;
  const user = decodeURIComponent(url.username);
  const secret = `${user}:${decodeURIComponent(url.password)}`;
  const authorization = user === '' ? {} : { authorization: `Basic ${Buffer.from(secret).toString('base64')}` };
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port === '' ? 80 : url.port), ...authorization };
}
