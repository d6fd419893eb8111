// Preloaded into the real command line: writes the URL of every module that is loaded, one a line, into MODULE_LOG.
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(process.env.MODULE_LOG, `${url}\n`);
    return nextLoad(url, context);
  },
});
