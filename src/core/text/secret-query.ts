const SECRET = /[?&](?:x-(?:amz|goog)-(?:signature|credential|security-token)|signature|sig|(?:access_?)?token|api_?key|password|auth)=/i;

/** Whether the query of a URL holds a signature or key: signed addresses end, and what is committed must hold no secrets. */
export function hasSecretQuery(url: string): boolean {
  return SECRET.test(url);
}
