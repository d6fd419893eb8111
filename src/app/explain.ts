import { CATALOGUE, type ErrorCode } from '../core/errors/catalogue.ts';
import { EXPLANATIONS, type ExplainedError } from '../core/errors/explanations.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { nearest } from '../core/text/nearest.ts';

const PREFIX = 'MLO_';

/** All that is known of an error code; `typed` in any case, with or without `MLO_`, also as `error[MLO_…]`. Throws MLO_USAGE. */
export function explain(typed: string): ExplainedError {
  const bare = typed
    .toUpperCase()
    .replace(/^ERROR\[(.*)\]:?$/, '$1')
    .replaceAll('-', '_');
  const code = bare.startsWith(PREFIX) ? bare : PREFIX + bare;
  if (isErrorCode(code)) return { code, ...CATALOGUE[code], ...EXPLANATIONS[code] };
  const near = nearest(code, Object.keys(CATALOGUE));
  throw new MloError('MLO_USAGE', `There is no error code '${typed}'`, {
    hint: near === undefined ? 'mlo help errors' : `Did you mean ${near}?`,
  });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(CATALOGUE, code);
}
