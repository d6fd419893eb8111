// Preloaded before the launcher; the process that it starts instead of itself is what it really is.
if (process.env.MLO_NO_REEXEC === undefined || process.env.PRETEND_ALWAYS === '1') {
  const { PRETEND_NODE, PRETEND_PLATFORM } = process.env;
  if (PRETEND_NODE) {
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: PRETEND_NODE } });
    Object.defineProperty(process, 'version', { value: `v${PRETEND_NODE}` });
  }
  if (PRETEND_PLATFORM) Object.defineProperty(process, 'platform', { value: PRETEND_PLATFORM });
}
