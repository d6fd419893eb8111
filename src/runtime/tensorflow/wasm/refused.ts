import { MloError } from '../../../core/errors/mlo-error.ts';

const NO_COMPLEX = 'its memory holds no complex numbers';
const WRONG_3D = 'its gradients of 3-D convolutions are wrong in TensorFlow.js 4.22.0';

/** Kernels that wasm lacks or gets wrong, with the reason, for people. */
export const REFUSED: { readonly [kernel: string]: string } = {
  Complex: NO_COMPLEX,
  ComplexAbs: NO_COMPLEX,
  Real: NO_COMPLEX,
  Imag: NO_COMPLEX,
  FFT: NO_COMPLEX,
  IFFT: NO_COMPLEX,
  Conv3DBackpropFilterV2: WRONG_3D,
  Conv3DBackpropInputV2: WRONG_3D,
  Draw: 'there is no canvas',
};

/** A wrong number is worse than none. */
export function refuse(what: string, why: string): never {
  throw new MloError('MLO_BACKEND', `The backend wasm does not compute ${what}: ${why}.`, {
    hint: 'backend: cpu   in the stage (or backend: native, where it is installed)',
    details: { kernel: what, backend: 'wasm' },
  });
}
