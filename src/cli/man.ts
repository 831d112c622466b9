import { readFileSync } from 'node:fs'
import type { Option, Section } from './command.ts'
import { exitCodeRows, shownOptions } from './help.ts'
import { type Loaded, loadAll } from './load-all.ts'

/** Renders the page of the manual, from what `--help` is made of. */
export async function renderMan(): Promise<string> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return [
    `.TH DAEMONIC 1 "" "daemonic ${version}" "User Commands"`,
    '.SH NAME\ndaemonic \\- start programs as Unix daemons, and find them by their names',
    '.SH SYNOPSIS\n.B daemonic\n.I COMMAND\n.RI [ OPTION ]...\n.RI [ WORD ]...',
    '.SH DESCRIPTION',
    roff(
      'Starts programs as real Unix daemons: of a session of their own, without a terminal, with logs and a name, by which they are found, stopped and started once. A start returns when the daemon is ready, and fails when it is not.',
    ),
    '.SH COMMANDS',
    ...(await loadAll()).map(renderCommand),
    '.SH EXIT STATUS',
    ...exitCodeRows().map(renderRow),
    '.SH ENVIRONMENT',
    renderRow([
      'DAEMONIC_HOME',
      'The folder that daemons live in. Default: $XDG_STATE_HOME/daemonic, else ~/.local/state/daemonic.',
    ]),
    renderRow(['NO_COLOR', 'When it is set, nothing is painted.']),
    '.SH FILES',
    renderRow([
      '~/.local/state/daemonic/NAME',
      'The folder of a daemon: what was declared for it (record.json), what was seen of it (state.json), and its log (out.log).',
    ]),
  ].join('\n')
}

/** Renders one command. */
function renderCommand({ entry, command }: Loaded): string {
  const { usage, about, sections = [], examples = [] } = command
  const names = [entry.name, ...entry.aliases].join(', ')
  return [
    `.SS ${roff(names)}`,
    ...usage.map((line) => `.B daemonic ${entry.name}\n${roff(line)}\n.br`),
    `.PP\n${roff(about)}`,
    ...shownOptions(command).map(renderOption),
    ...sections.map(renderSection),
    ...(examples.length === 0 ? [] : ['.PP\nExamples:']),
    ...examples.map(([line, meaning]) => `.PP\n${roff(meaning)}\n.PP\n.nf\n.RS\n${roff(line)}\n.RE\n.fi`),
  ].join('\n')
}

/** Renders one option. */
function renderOption({ name, short, value, help }: Option): string {
  const head = `${short === undefined ? '' : `-${short}, `}--${name}`
  return `.TP\n\\fB${roff(head)}\\fR${value === undefined ? '' : ` \\fI${roff(value)}\\fR`}\n${roff(help)}`
}

/** Renders a part with a heading. */
function renderSection({ title, text, rows = [] }: Section): string {
  return [`.PP\n${roff(title)}:`, ...(text === undefined ? [] : [roff(text)]), ...rows.map(renderRow)].join('\n')
}

/** Renders a row of two columns. */
function renderRow([head, text]: readonly [string, string]): string {
  return `.TP\n\\fB${roff(head)}\\fR\n${roff(text)}`
}

/** A text for roff: hyphens that can be copied, and no line that begins as a request does. */
function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq').replace(/^\./gm, '\\&.')
}
