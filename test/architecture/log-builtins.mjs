// Preloaded into the real command line: writes the names of Node's own modules that were loaded, one a line, into MODULE_LOG.
const { writeFileSync } = process.getBuiltinModule('fs');

process.once('exit', () => writeFileSync(process.env.MODULE_LOG, process.moduleLoadList.join('\n')));
