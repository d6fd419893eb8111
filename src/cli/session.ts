import type { Event } from '../core/events.ts';
import { secretsOf } from '../core/text/redact.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { EXIT } from '../core/errors/catalogue.ts';
import type { AppContext } from '../app/types.ts';
import type { Reporter } from '../ui/report/reporter.ts';
import { createStyle, type Style } from '../ui/style.ts';
import type { AnyCommandSpec, Invocation, Outcome } from './command.ts';
import { createReporter } from './create-reporter.ts';
import { ENVELOPE_SCHEMA_VERSION, type Envelope, type Warning } from './envelope.ts';
import { readGlobals, type GlobalOptions } from './globals.ts';
import { commandLine } from './command-line.ts';
import { isOutputGone, onReaderGone, writeErr, writeLines, writePieces } from './io.ts';
import { jsonPieces } from './json-pieces.ts';
import { errorBody, errorLines, headLine, type ErrorView } from './render-error.ts';
import type { Interruption } from './signals.ts';
import { styleOptions } from './terminal.ts';
import { given } from '../core/given.ts';

/** One run of mlo: from parsed options to an exit code. */
export class Session {
  private readonly argv: readonly string[];
  private readonly interruption: Interruption;
  private readonly secrets: readonly string[];
  private readonly warnings: Warning[] = [];
  private reporter: Reporter | undefined;
  private globals: GlobalOptions | undefined;
  private command = '';
  exitCode: number = EXIT.ok;

  constructor(argv: readonly string[], interruption: Interruption) {
    this.argv = argv;
    this.interruption = interruption;
    this.secrets = secretsOf(process.env);
    interruption.restoreTerminal = () => this.reporter?.abandon();
    interruption.onFirst = () => this.announceStop();
  }

  /** Runs one command and shows what it brings. Errors are the caller's (`fail`). */
  readonly run = async (spec: AnyCommandSpec, name: string, flags: object, args: readonly unknown[]): Promise<void> => {
    this.command = name;
    const globals = readGlobals(flags, process.cwd());
    this.globals = globals;
    const tidies = spec.writes === true || (typeof spec.tidies === 'function' ? spec.tidies(flags as never) : spec.tidies === true);
    this.interruption.stopsGently = tidies;
    if (!tidies) onReaderGone(() => process.exit(this.exitCode));
    const { profile, cwd } = globals;
    if (profile === undefined) return await this.perform(globals, spec, name, flags, args);
    const { profiled } = await import('../app/profile.ts');
    const perform = () => this.perform(globals, spec, name, flags, args);
    await profiled({ file: profile, cwd, command: name }, perform, (message) => this.warnAtEnd(message));
  };

  private async perform(
    globals: GlobalOptions,
    spec: AnyCommandSpec,
    name: string,
    flags: object,
    args: readonly unknown[],
  ): Promise<void> {
    const reporter = await createReporter({
      shows: spec.shows ?? 'tasks',
      globals,
      env: process.env,
      signal: this.interruption.signal,
    });
    this.reporter = reporter;
    const style = await createStyle(styleOptions(process.stdout, process.env, globals.color));
    const invocation: Invocation = { name, context: this.context(reporter, globals), globals, style };
    const outcome = await (spec.run as (...all: unknown[]) => Promise<Outcome>)(invocation, flags, ...args);
    await reporter.close();
    await this.show(outcome, spec.writes === true && globals.quiet);
    this.exitCode = outcome.exitCode ?? EXIT.ok;
  }

  /** What the line asks for as far as it could be read; errors that come before a command runs name it. */
  meant(command: string): void {
    if (this.command === '') this.command = command;
  }

  /** Data that no command of its own has to be run for. */
  answer(output: GlobalOptions['output'], command: string, data: unknown): void {
    this.writeEnvelope({ schemaVersion: ENVELOPE_SCHEMA_VERSION, command, ok: true, data, warnings: [] }, output);
  }

  /** Shows an error in the way that was asked for; its exit code becomes the session's. */
  async fail(error: unknown, output: GlobalOptions['output'], color: GlobalOptions['color']): Promise<void> {
    await this.reporter?.close();
    const interrupted = this.interruption.signal.aborted && !(error instanceof MloError && error.code !== 'MLO_INTERRUPTED');
    const shown = interrupted ? new MloError('MLO_INTERRUPTED', 'Interrupted') : error;
    this.exitCode = shown instanceof MloError ? shown.exitCode : EXIT.internal;
    const view: ErrorView = { verbose: this.globals?.verbose ?? this.argv.includes('-v'), secrets: this.secrets };
    const wanted = this.globals?.output ?? output;
    // Where stdout takes nothing any more, only the other stream can say why.
    if (wanted !== 'human' && !isOutputGone()) {
      const { command, warnings } = this;
      this.writeEnvelope({ schemaVersion: ENVELOPE_SCHEMA_VERSION, command, ok: false, error: errorBody(shown, view), warnings }, wanted);
      return;
    }
    const style = await this.errorStyle(this.globals?.color ?? color);
    writeErr(`${errorLines(shown, style, view).join('\n')}\n`);
  }

  private context(reporter: Reporter, globals: GlobalOptions): AppContext {
    const { signal, forced } = this.interruption;
    const asks = globals.input && globals.output === 'human' && process.stderr.isTTY && process.stdin.isTTY;
    return {
      cwd: globals.cwd,
      // A copy: every read of process.env itself asks the C library, and each stage is given all of it.
      env: { ...process.env },
      emit: (event: Event) => {
        if (event.type === 'warning') this.warnings.push({ message: event.message, ...given({ problem: event.problem }) });
        reporter.report({ ...event, timestampMs: Date.now() });
      },
      signal,
      forced,
      command: commandLine(this.argv, this.secrets),
      ...given({ waitMs: globals.waitMs }),
      ...(asks ? { confirm: (question: string) => reporter.pause(() => ask(question, signal)) } : {}),
    };
  }

  private async show(outcome: Outcome, silent: boolean): Promise<void> {
    const { data, failure } = outcome;
    if (this.globals?.output !== 'human') {
      const error = failure === undefined ? {} : { error: { details: {}, ...failure } };
      this.writeEnvelope({
        schemaVersion: ENVELOPE_SCHEMA_VERSION,
        command: this.command,
        ok: failure === undefined,
        data,
        ...error,
        warnings: this.warnings,
      });
      return;
    }
    if (!silent) writeLines(outcome.lines ?? []);
    const told =
      outcome.errorLines ??
      (failure === undefined
        ? []
        : [headLine(failure.code, failure.message, await this.errorStyle(this.globals.color)), ...(outcome.failureLines ?? [])]);
    const hint = outcome.hint ?? (outcome.errorLines === undefined ? failure?.hint : undefined);
    const after = [...told, ...(hint === undefined || this.globals.quiet ? [] : [`hint: ${hint}`])];
    if (after.length > 0) writeErr(`${after.join('\n')}\n`);
  }

  /** The document may be written already, and stdout has no second one. */
  private async warnAtEnd(message: string): Promise<void> {
    this.warnings.push({ message });
    await this.reporter?.close();
    const style = await this.errorStyle(this.globals?.color ?? 'auto');
    writeErr(`${style.yellow('warning:')} ${message}\n`);
  }

  private async errorStyle(color: GlobalOptions['color']): Promise<Style> {
    return await createStyle(styleOptions(process.stderr, process.env, color));
  }

  /** The document is the only thing on stdout; with `stream` it is the last line. */
  private writeEnvelope(envelope: Envelope, output = this.globals?.output): void {
    const streamed = output === 'stream';
    writePieces(streamed ? jsonPieces({ type: 'result', ...envelope }) : jsonPieces(envelope, 2));
  }

  private announceStop(): void {
    const message = 'Stopping (Ctrl-C again: at once)';
    if (this.globals?.output === 'stream') return;
    this.reporter?.report({ type: 'note', message, timestampMs: Date.now() });
  }
}

async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const { askYesNo } = await import('./prompt.ts');
  return await askYesNo(question, signal);
}
