import { MloError } from '../../core/errors/mlo-error.ts';
import { toDisplayPath, type BytePath } from '../../fs/byte-path.ts';

export function sourceChanged(path: BytePath): MloError {
  const shown = toDisplayPath(path);
  return new MloError('MLO_SOURCE_CHANGED', `${shown} changed while it was being read`, {
    hint: 'Let the program that writes it finish, then run the command again',
    details: { path: shown },
  });
}
