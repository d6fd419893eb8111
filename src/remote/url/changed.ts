import { MloError } from '../../core/errors/mlo-error.ts';

export function changedMeanwhile(address: string): MloError {
  return new MloError('MLO_SOURCE_CHANGED', `${address} changed while it was downloaded`, {
    hint: 'Run the same command again: what arrived is kept.',
  });
}

export function nothingAt(address: string): MloError {
  return new MloError('MLO_TARGET', `Nothing lies at ${address}`, { hint: 'Check the address.' });
}
