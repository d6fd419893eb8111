import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openTracking } from '../../../src/tracking/open.ts';
import { trackingContract } from './suite.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

trackingContract('SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mlo-tracking-'));
  folders.push(folder);
  const path = join(folder, '.mlo', 'tracking.db');
  return { open: () => openTracking({ path }), openReadOnly: () => openTracking({ path, readOnly: true }) };
});
