type Environment = { readonly [name: string]: string | undefined };

const SECRET_NAME = /secret|token|passw(?:or)?d|api_?key|credential|private_?key|access_?key/i;
const URL_WITH_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi;
const NAMED_SECRET =
  /((?:secret|passw(?:or)?d|api_?key|private_?key|secret_access_key|access_token|auth_token)\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;}]+)/gi;
const SHORTEST_SECRET = 8;

export const MASK = '***';

/** Values of environment variables whose names say that they are secret; paths to secrets are none. */
export function secretsOf(env: Environment): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || value.length < SHORTEST_SECRET || value.startsWith('/')) return [];
    return SECRET_NAME.test(name) ? [value] : [];
  });
}

/** `text` without secrets: those of the environment, passwords in URLs, values after secret-sounding names. */
export function redact(text: string, secrets: readonly string[]): string {
  const masked = secrets.reduce((current, secret) => current.replaceAll(secret, MASK), text);
  return masked.replace(URL_WITH_PASSWORD, `$1${MASK}@`).replace(NAMED_SECRET, `$1${MASK}`);
}

/** The name says that its value is secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}
