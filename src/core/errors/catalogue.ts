/** Exit codes of the command line (README table). */
export const EXIT = {
  ok: 0,
  stageFailed: 1,
  usage: 2,
  partial: 3,
  outOfDate: 4,
  notAProject: 10,
  locked: 11,
  integrity: 12,
  remote: 13,
  internal: 70,
  runtime: 78,
  interrupted: 130,
} as const;

/**
 * Every code a user can meet, its exit code and what it means in one line (README table).
 * A code that has been released is never given another meaning.
 */
export const CATALOGUE = {
  MLO_USAGE: { exit: EXIT.usage, means: 'The command line is not understood.' },
  MLO_CONFIG: { exit: EXIT.usage, means: 'A configuration file or key is wrong.' },
  MLO_NOT_A_PROJECT: { exit: EXIT.notAProject, means: 'No project was found here or above.' },
  MLO_PIPELINE_SYNTAX: { exit: EXIT.usage, means: 'A pipeline file is not valid YAML.' },
  MLO_PIPELINE_INVALID: { exit: EXIT.usage, means: 'A pipeline file says something that is not allowed.' },
  MLO_TEMPLATE: { exit: EXIT.usage, means: 'A ${} expression or a vars entry cannot be resolved.' },
  MLO_GRAPH: { exit: EXIT.usage, means: 'The stages do not form a valid graph (cycle, overlapping outs, out over data that was added).' },
  MLO_PARAMS: { exit: EXIT.usage, means: 'A params file or key is missing or unreadable.' },
  MLO_DEP_MISSING: { exit: EXIT.usage, means: 'A dep does not exist and no stage produces it.' },
  MLO_TARGET: { exit: EXIT.usage, means: 'A target names no stage, out or tracked path.' },
  MLO_FORMAT_VERSION: { exit: EXIT.usage, means: 'A file was written by a newer mlo.' },
  MLO_FORMAT: { exit: EXIT.integrity, means: 'A lock, pointer or other file of mlo is damaged.' },
  MLO_PATH_UNSAFE: { exit: EXIT.usage, means: 'A path is absolute, leaves the project, or is otherwise refused.' },
  MLO_OUT_IN_GIT: { exit: EXIT.usage, means: 'A cached out is tracked by Git.' },
  MLO_OUT_UNSAVED: { exit: EXIT.usage, means: 'Bytes that exist nowhere else would be lost.' },
  MLO_STAGE_FAILED: { exit: EXIT.stageFailed, means: 'A stage failed.' },
  MLO_STAGE_TIMEOUT: { exit: EXIT.stageFailed, means: 'A stage ran longer than its timeout.' },
  MLO_OUT_NOT_WRITTEN: { exit: EXIT.stageFailed, means: 'A stage ended without writing a declared out.' },
  MLO_DEP_CHANGED: { exit: EXIT.stageFailed, means: 'A stage changed or deleted one of its deps while running.' },
  MLO_UNDECLARED_READ: {
    exit: EXIT.stageFailed,
    means: 'A stage imports an out of another stage or, with --strict, read a file, and does not declare it.',
  },
  MLO_PARAM_UNDECLARED: { exit: EXIT.stageFailed, means: 'A stage read a param that it does not declare.' },
  MLO_NOT_REPRODUCED: {
    exit: EXIT.stageFailed,
    means: 'With repro --verify: a stage wrote other bytes than before, from the same inputs.',
  },
  MLO_MODULE: { exit: EXIT.stageFailed, means: 'A stage module cannot be loaded or exports no stage.' },
  MLO_DATA: {
    exit: EXIT.stageFailed,
    means:
      'A data file (IDX, CSV, NumPy, picture), or what a function of `mlo-cli/data` or `mlo-cli/train` was given, is not what it expects.',
  },
  MLO_BACKEND: { exit: EXIT.stageFailed, means: 'The requested TensorFlow backend cannot be used.' },
  MLO_BACKEND_INSTALL: { exit: EXIT.stageFailed, means: 'The native TensorFlow backend cannot be installed on this machine.' },
  MLO_LOCKED: { exit: EXIT.locked, means: 'Another mlo command is writing in this project.' },
  MLO_OBJECT_MISSING: { exit: EXIT.integrity, means: 'An object is not in the cache.' },
  MLO_OBJECT_CORRUPT: { exit: EXIT.integrity, means: 'Bytes in the cache do not have the digest they are filed under.' },
  MLO_CACHE_IO: { exit: EXIT.integrity, means: 'The cache cannot be read or written (disk full, permissions).' },
  MLO_CACHE_USER: { exit: EXIT.usage, means: 'A project that shares the cache cannot be asked what it needs.' },
  MLO_SOURCE_CHANGED: { exit: EXIT.partial, means: 'A file changed while it was being added or edited.' },
  MLO_FILE_TYPE: { exit: EXIT.usage, means: 'A socket, device, FIFO, foreign symlink or folder of millions of names cannot be tracked.' },
  MLO_CHECKOUT: { exit: EXIT.partial, means: 'Some targets could not be checked out.' },
  MLO_REMOTE: { exit: EXIT.remote, means: 'A remote cannot be used (address, rights, network), or says something that mlo did not write.' },
  MLO_REMOTE_CORRUPT: { exit: EXIT.integrity, means: 'Bytes on a remote do not have the digest they are filed under.' },
  MLO_REMOTE_UNKNOWN: { exit: EXIT.usage, means: 'No remote has that name, or none is set up.' },
  MLO_TRANSFER: { exit: EXIT.partial, means: 'Some of the data could not be pushed, fetched or pulled.' },
  MLO_TRACKING: { exit: EXIT.integrity, means: 'The tracking database cannot be used.' },
  MLO_RUN_VALUE: { exit: EXIT.usage, means: 'A run cannot take this name or value (too long, no number, another value for a param).' },
  MLO_PLOT: { exit: EXIT.partial, means: 'A plot cannot be drawn: its file, a column or a cell is not what it should be.' },
  MLO_RUN_UNKNOWN: { exit: EXIT.usage, means: 'No run has that id.' },
  MLO_FILTER: { exit: EXIT.usage, means: 'A filter or order of a search is not understood.' },
  MLO_RUN_STATE: { exit: EXIT.usage, means: 'A run cannot be changed so in the state it is in (running, deleted).' },
  MLO_EXPERIMENT: { exit: EXIT.usage, means: 'No experiment has that name, or it cannot be changed so.' },
  MLO_GIT: { exit: EXIT.usage, means: 'Git is missing, failed, or does not know the revision.' },
  MLO_INIT_EXISTS: { exit: EXIT.usage, means: 'A file that init would write is there already.' },
  MLO_RUNTIME: { exit: EXIT.runtime, means: 'This Node.js or operating system is not supported.' },
  MLO_INTERRUPTED: { exit: EXIT.interrupted, means: 'Interrupted.' },
  MLO_INTERNAL: { exit: EXIT.internal, means: 'A fault of mlo itself.' },
} as const satisfies Record<string, { exit: number; means: string }>;

export type ErrorCode = keyof typeof CATALOGUE;
