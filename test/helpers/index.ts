export { appContext } from './app-context.ts';
export { cloneCommitted } from './clone-committed.ts';
export { createProjectHere, here } from './here.ts';
export { injecting } from './injecting.ts';
export { LAUNCHER, REPOSITORY, sharedData } from './paths.ts';
export { findProgram, requireMlflow, requireNumpy, requirePeer, requireRemoteReader, requireScikit } from './require-peer.ts';
export { runCommand, startCommand, type CommandResult, type RunningCommand } from './run-command.ts';
export { skipTest } from './skip.ts';
export { temporaryFolder } from './temporary-folder.ts';
export {
  createProject,
  projectAt,
  withEnvironment,
  type MloOptions,
  type ProjectFiles,
  type ProjectOptions,
  type TestProject,
} from './test-project.ts';
export { NATIVE_CACHE, requireNative } from './require-native.ts';
