import { appendFileSync } from 'node:fs';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where every suite of faults writes what it has tried. */
    faultFile: string;
  }
}

/**
 * So many faults were tried, and so many were survived (a test that fails throws before it comes here). Summed up by suite at
 * the end of the run.
 */
export function faults(suite: string, tried: number, survived = tried): void {
  appendFileSync(inject('faultFile'), `${JSON.stringify({ suite, tried, survived })}\n`);
}
