import * as fc from 'fast-check';

// In the gate the same cases every time: it judges a change, not luck. Elsewhere each run looks for new ones; a failure names its seed.
if (process.env['MLO_CI'] !== undefined) fc.configureGlobal({ seed: 1 });

export { fc };
