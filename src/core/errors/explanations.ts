import type { ErrorCode } from './catalogue.ts';

/** How an error comes about, and what to do about it. One or two sentences each, for people; the hint of an error itself is more exact. */
export interface Explanation {
  readonly cause: string;
  readonly remedy: string;
}

/** All that is known of a code. */
export interface ExplainedError extends Explanation {
  readonly code: ErrorCode;
  /** Of a command that ends with it. */
  readonly exit: number;
  readonly means: string;
}

/** Apart from the catalogue, which every command loads. */
export const EXPLANATIONS: { readonly [code in ErrorCode]: Explanation } = {
  MLO_USAGE: {
    cause: 'A command, option, argument or value was mistyped, is missing, or does not go with another one.',
    remedy: 'Read the hint: it names what was probably meant. `mlo help COMMAND` shows what is possible.',
  },
  MLO_CONFIG: {
    cause:
      'A key in .mlo/config.yaml, .mlo/config.local.yaml or your own file is unknown or has a value that it cannot have; or an MLO_ variable does.',
    remedy:
      '`mlo help config` lists keys and values, `mlo config list` shows which file each value comes from; mend it there, or with `mlo config set`.',
  },
  MLO_NOT_A_PROJECT: {
    cause: 'Neither this folder nor one above it has .mlo, pipeline.yaml or dvc.yaml.',
    remedy: 'Go into the project (or name it: `mlo -C FOLDER`), or start one with `mlo init`.',
  },
  MLO_PIPELINE_SYNTAX: {
    cause:
      'YAML cannot be read at the place that is shown: often a tab, a colon in a text without quotes, or lines that are indented unevenly.',
    remedy: 'Mend the line; quotes around a text help wherever it holds a colon, a hash or a brace.',
  },
  MLO_PIPELINE_INVALID: {
    cause: 'The file is YAML, but a key is unknown or misspelt, a value has another type than it must have, or two stages have one name.',
    remedy:
      'Mend what is named; `mlo stage show STAGE` shows a stage as mlo understands it, and an editor that knows the schema shows mistakes as you type.',
  },
  MLO_TEMPLATE: {
    cause: 'An expression such as ${train.epochs} names a key that neither params.yaml, vars nor the item of a foreach has.',
    remedy: 'Add the key to params.yaml or vars, or correct the name; a plain dollar sign with a brace is written \\${.',
  },
  MLO_GRAPH: {
    cause:
      'Stages need each other in a circle, two stages write the same path, or an out lies in another one or over data that `mlo add` tracks.',
    remedy: 'Give each path one stage that writes it; `mlo dag` draws what is there.',
  },
  MLO_PARAMS: {
    cause: 'A stage declares a param, or -S sets one, that its file does not have; or the file is missing or cannot be parsed.',
    remedy: 'Correct the name (the error names the nearest one), add the key to the file, or add it with `-S +key=value`.',
  },
  MLO_DEP_MISSING: {
    cause: 'A stage reads a path that is not there and that no stage writes: it was never made, was deleted, or its data was not pulled.',
    remedy: '`mlo pull` brings data that was pushed, `mlo checkout` what the cache has; else make the file, or correct the path in deps.',
  },
  MLO_TARGET: {
    cause: 'What was named is no stage, no out, and no path that mlo tracks.',
    remedy: '`mlo stage list` shows the stages, `mlo ls` what is tracked; paths count from where you stand.',
  },
  MLO_FORMAT_VERSION: {
    cause: 'Somebody with a newer mlo wrote a lock, pointer, cache or remote whose format this one does not know.',
    remedy: 'Install the newer mlo (`npm install mlo-cli@latest`). Nothing was changed.',
  },
  MLO_FORMAT: {
    cause: 'A file that mlo wrote was edited by hand, was merged with conflict marks left in it, or was damaged on disk.',
    remedy: '`git checkout` the file, or settle its conflict; `mlo install` makes Git merge locks by stage. `mlo doctor` checks the rest.',
  },
  MLO_PATH_UNSAFE: {
    cause:
      'A path leads out of the project: it is absolute, has .. in it, or goes through a symlink to elsewhere; or it lies in .git or .mlo.',
    remedy: 'Name a path within the project, or move the data into it. In a file from somebody else, be suspicious.',
  },
  MLO_OUT_IN_GIT: {
    cause: 'Git already keeps a path that mlo is to keep: both would put their own version there.',
    remedy: '`git rm -r --cached PATH` leaves the file and ends its tracking; or keep it in Git, with cache: false for the out.',
  },
  MLO_OUT_UNSAVED: {
    cause: 'A command would overwrite or delete files that are in neither the cache nor Git, so that they could not be brought back.',
    remedy: 'Keep them with `mlo add` or `mlo commit`, or move them away; with --force they are lost.',
  },
  MLO_STAGE_FAILED: {
    cause:
      'The command of a stage ended with another exit code than 0, was killed, or its module threw an error. Its last lines are shown.',
    remedy: '`mlo logs STAGE` has all that it printed. Mend it and run `mlo repro` again: what was finished is not run a second time.',
  },
  MLO_STAGE_TIMEOUT: {
    cause: 'A stage was still running when its timeout (of the pipeline, or --timeout) had passed, and was stopped.',
    remedy: 'Raise timeout, or find out where it hangs: `mlo logs STAGE` has what it printed.',
  },
  MLO_OUT_NOT_WRITTEN: {
    cause: 'A stage ended well, but a path under its outs, metrics or plots is not there: it was written elsewhere, or under another name.',
    remedy: 'Compare the path with what the stage writes; paths count from wdir, which is the folder of the pipeline file.',
  },
  MLO_DEP_CHANGED: {
    cause: 'While a stage ran, one of its deps got other bytes, so nobody can say from which ones its outs were made.',
    remedy: 'A stage must write to outs only; where an editor or another program wrote the file, run `mlo repro` again.',
  },
  MLO_UNDECLARED_READ: {
    cause:
      'A stage imports a module that another stage writes: without a dep nothing says which of them runs first. Or, with --strict, it read a file that is not among its deps, so mlo would not notice when it changes.',
    remedy: 'Add the file to deps, as the hint shows, or leave --strict away where it is only read.',
  },
  MLO_PARAM_UNDECLARED: {
    cause: 'The code of a stage asked for a param that the stage does not list, so a change of it would not run the stage again.',
    remedy: 'Add the key to params of the stage in the pipeline file.',
  },
  MLO_NOT_REPRODUCED: {
    cause: 'With --verify, a stage that was up to date wrote other bytes than the lock names.',
    remedy: 'Look for chance without a seed, times, and reads that are not declared, then run `mlo repro --verify STAGE` again.',
  },
  MLO_MODULE: {
    cause: 'The module of a run stage is missing, does not parse, imports what is not there, or has no default export made by defineStage.',
    remedy: "Mend the place that is shown; import { defineStage } from 'mlo-cli' and export default defineStage(async (stage) => { … }).",
  },
  MLO_DATA: {
    cause:
      'A data file is cut off, damaged, or of another format, shape or type than its reader expects; or a function was called with labels, options or a path that it cannot take.',
    remedy: 'Compare the file or the call with what the message expected; `mlo checkout` brings back the tracked bytes.',
  },
  MLO_BACKEND: {
    cause: 'TensorFlow was asked to compute by a backend that this machine does not have or that does not start.',
    remedy: 'Take the backend of the hint; `mlo doctor` says what this machine can do.',
  },
  MLO_BACKEND_INSTALL: {
    cause:
      'The native backend could not be built: a compiler, the TensorFlow library or rights are missing, or the machine is of another kind.',
    remedy: '`mlo backend status` says what is missing; without it stages use wasm.',
  },
  MLO_LOCKED: {
    cause: 'Only one command may write in a project at a time. The message says which one does, where, and since when.',
    remedy: 'Wait for it (--wait does, --wait=30s at most so long), or end it. A lock whose process is gone is taken over by itself.',
  },
  MLO_OBJECT_MISSING: {
    cause:
      'A lock or pointer names data that this cache does not have: it was not pulled, was deleted by gc, or the cache folder is another one.',
    remedy: '`mlo pull`, or `mlo repro` to make it again; `mlo status --remote` says whether the remote has it.',
  },
  MLO_OBJECT_CORRUPT: {
    cause: 'A disk, a copy or a program changed bytes in the cache: they no longer have the digest of their object. They were not used.',
    remedy:
      '`mlo verify --repair` moves broken bytes away and takes good ones from the workspace; then `mlo pull` or `mlo repro`. Look at the disk.',
  },
  MLO_CACHE_IO: {
    cause: 'The system refused to read or write: the disk is full, rights are missing, or a mount is gone. The message has the path.',
    remedy:
      'Free space (`mlo gc` says what nothing needs) or mend the rights, then run the same command again: it goes on where it stopped.',
  },
  MLO_CACHE_USER: {
    cause:
      'Another project uses this cache and cannot be asked what it still needs (moved, unmounted or unreadable), so gc would have to guess.',
    remedy: 'Make it reachable; where it is gone for good, `mlo gc --ignore-project PATH`.',
  },
  MLO_SOURCE_CHANGED: {
    cause:
      'A file was written to, or went away, while mlo read it; what was read is neither the old nor the new content. Or somebody saved a file that mlo was about to write an edit of.',
    remedy: 'Let the program that writes it finish, and run the command again.',
  },
  MLO_FILE_TYPE: {
    cause:
      'Data to be tracked holds a socket, device or FIFO, or a symlink that leads out of the project: none has bytes that another machine could use. Or one folder holds so many names (about 2.6 million) that the list of them is above 256 MiB.',
    remedy:
      'Move it out of the folder, name it in .mloignore, or replace a symlink by what it points to; spread the files of a huge folder over folders in it.',
  },
  MLO_CHECKOUT: {
    cause:
      'Some paths could not be brought into the workspace: their bytes are not in the cache, or something in their place is saved nowhere.',
    remedy: 'The list says why for each: `mlo pull` for what is missing, `mlo add` or --force for what is in the way.',
  },
  MLO_REMOTE: {
    cause: 'A bucket or folder cannot be reached or refuses: wrong address, no rights, expired credentials, no network.',
    remedy: '`mlo remote check NAME` tries each step and says which one fails; `mlo remote show NAME` shows what is set.',
  },
  MLO_REMOTE_CORRUPT: {
    cause:
      'What came from a remote does not have the digest under which it lies there: it was changed or damaged on the way. It was not used.',
    remedy: 'Try again; where it stays so, push from a machine that has the data, and tell whoever runs the storage.',
  },
  MLO_REMOTE_UNKNOWN: {
    cause: 'The name is of no remote, it is taken already, or there is no remote (or no default one) to go to.',
    remedy: '`mlo remote list` shows what is there, `mlo remote add NAME URL` adds one, `mlo remote default NAME` chooses.',
  },
  MLO_TRANSFER: {
    cause: 'A push, fetch or pull did most of its work, but some objects were on neither side or failed. What arrived is kept.',
    remedy: 'Run it again: only the rest is sent. Data that is listed as missing has to be pushed from the machine that made it.',
  },
  MLO_TRACKING: {
    cause: 'The database of runs cannot be opened: it is damaged, of another program, on a network file system, or without rights.',
    remedy:
      '`mlo doctor` says which; `mlo config set tracking.path` moves it to a local disk. What runs stages needs it; data (add, checkout, push --no-runs) does not.',
  },
  MLO_RUN_VALUE: {
    cause:
      'Something was logged that a run cannot hold: a name that is too long or has odd characters, a metric that is no number, a second value for a param.',
    remedy: 'Shorten or correct it; what changes during a run is a metric, or a tag, not a param.',
  },
  MLO_PLOT: {
    cause: 'The file of a plot is missing or has no such column, or a cell is no number.',
    remedy: '`mlo repro` makes files of stages; compare x and y of the plot with the columns, which the error lists.',
  },
  MLO_RUN_UNKNOWN: {
    cause: 'No run has an id that begins so, or several do, or the run is in the database of another project.',
    remedy: '`mlo runs list` shows the ids (--deleted the deleted ones); as many characters are needed as tell runs apart.',
  },
  MLO_FILTER: {
    cause: 'A filter has an unknown field or operator, or a text without quotes; the caret shows where.',
    remedy: "`mlo help search` has the whole language; texts stand in quotes: params.optimizer = 'adam'.",
  },
  MLO_RUN_STATE: {
    cause: 'A run was to be changed in a way that its state forbids: it has ended, is still running, or is deleted (or its experiment is).',
    remedy: '`mlo runs restore ID` brings a deleted one back; wait for a running one, or end what runs it.',
  },
  MLO_EXPERIMENT: {
    cause: 'No experiment has the name, it is taken already, or the default one was to be renamed or deleted.',
    remedy: '`mlo experiments list` (--deleted shows deleted ones, `mlo experiments restore` brings them back).',
  },
  MLO_GIT: {
    cause: 'mlo asks Git for branches, commits and files of revisions, and Git is not installed, refused, or knows no such revision.',
    remedy: 'Compare with `git log` and `git branch -a`; in a shallow clone, `git fetch --unshallow`.',
  },
  MLO_INIT_EXISTS: {
    cause: 'A template has a file that lies there with other content, and init overwrites nothing.',
    remedy: 'Start in an empty folder (`mlo init FOLDER`), or move the file away.',
  },
  MLO_RUNTIME: {
    cause: 'The Node.js that started mlo is too old, or the system is one for which parts of mlo do not exist.',
    remedy: 'Install Node.js 24 (`nvm install 24`); on Windows, run mlo in the Windows Subsystem for Linux.',
  },
  MLO_INTERRUPTED: {
    cause: 'Ctrl-C or a signal ended the command. What was finished is kept, and its runs are marked KILLED.',
    remedy: 'Run the same command again: it goes on where it stopped.',
  },
  MLO_INTERNAL: {
    cause: 'Something happened that mlo believed to be impossible: a fault of mlo, not yours.',
    remedy: 'Run it again with -v, and report what it prints together with the output of `mlo doctor`.',
  },
};
