import { MloError } from '../../core/errors/mlo-error.ts';
import { isMap, type Value, type ValueMap } from '../../core/value.ts';
import { pipelineFileOf, stageNameOf } from './stage-address.ts';

export interface GuardOptions {
  readonly address: string;
  /** Dotted keys as the pipeline file declares them. */
  readonly declared: readonly string[];
  /** Dotted keys that may be read although they have no value. */
  readonly allowed?: (key: string) => boolean;
}

/** Asked of any object by promises, JSON, consoles and test libraries; never a param that somebody forgot. */
const ASKED_BY_LANGUAGE = new Set([
  'then',
  'toJSON',
  'constructor',
  'inspect',
  'asymmetricMatch',
  'nodeType',
  '$$typeof',
  '@@__IMMUTABLE_ITERABLE__@@',
]);

/** The declared params, read-only; reading a key that is not declared throws MLO_PARAM_UNDECLARED. */
export function guardParams<Params>(params: Params, options: GuardOptions): Params {
  return (isMap(params) ? guardMap(params, '', options) : params) as Params;
}

function guardMap(values: ValueMap, prefix: string, options: GuardOptions): ValueMap {
  const target: { [key: string]: Value } = {};
  for (const [key, value] of Object.entries(values)) {
    target[key] = isMap(value) && isPlain(value) ? guardMap(value, `${prefix}${key}.`, options) : value;
  }
  return new Proxy(Object.freeze(target), {
    get(map, key, receiver): unknown {
      if (typeof key === 'symbol' || key in map || ASKED_BY_LANGUAGE.has(key)) return Reflect.get(map, key, receiver);
      const full = prefix + key;
      if (isCovered(full, options.declared) || options.allowed?.(full) === true) return undefined;
      throw undeclaredParam(full, options);
    },
  });
}

/** Below a declared key everything is declared: what is absent there is absent in the file. */
function isCovered(key: string, declared: readonly string[]): boolean {
  return declared.some((known) => known === key || key.startsWith(`${known}.`));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function undeclaredParam(key: string, { address, declared }: GuardOptions): MloError {
  const list = declared.length === 0 ? 'It declares none' : `It declares ${declared.join(', ')}`;
  return new MloError('MLO_PARAM_UNDECLARED', `Stage '${address}' reads the param '${key}', which it does not declare. ${list}.`, {
    hint: lineToAdd(address, key),
    details: { stage: address, key, declared },
  });
}

export function lineToAdd(address: string, key: string): string {
  return `add this line to ${pipelineFileOf(address)}, under stages: ${stageNameOf(address)}: params:\n      - ${key}`;
}
