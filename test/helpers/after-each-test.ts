import { afterAll, afterEach, beforeEach } from 'vitest';
import { commandLog } from './command-log.ts';
import { removeTemporaryFolders } from './temporary-folder.ts';

beforeEach(() => commandLog.clear());

afterEach((context) => {
  if (context.task.result?.state === 'fail') process.stderr.write(commandLog.text());
});

afterAll(() => removeTemporaryFolders());
