import { isDigest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { CodeDigest } from '../../core/lock/types.ts';
import { codeChanged } from './check-code.ts';

export interface CodeGraph {
  readonly code: { readonly [path: string]: CodeDigest };
  readonly packages?: { readonly [nameAtVersion: string]: string };
}

/**
 * The same module graph with the bytes of the workspace now. Throws MLO_MODULE where the graph itself
 * may have changed (a package, a file that is gone or newly there): only a run can find the new one.
 */
export function codeNow(
  root: string,
  code: { readonly [path: string]: CodeDigest },
  packages: { readonly [nameAtVersion: string]: string },
): CodeGraph {
  const updated: Record<string, CodeDigest> = { ...code };
  for (const change of codeChanged(root, code, packages)) {
    if (change.path === undefined || !isDigest(change.new) || code[change.path] === 'missing') {
      throw new MloError('MLO_MODULE', `Which modules the stage loads may have changed ('${change.path ?? change.key}')`, {
        hint: 'Run it: mlo repro',
      });
    }
    updated[change.path] = change.new;
  }
  return { code: updated, ...(Object.keys(packages).length === 0 ? {} : { packages }) };
}
