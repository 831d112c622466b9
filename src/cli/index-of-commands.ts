import type { Entry } from './command.ts'

/** The commands, in the order of help. One is loaded when it is used. */
export const entries: readonly Entry[] = [
  entry('start', 'See to it that a daemon runs', async () => (await import('./commands/start.ts')).start),
  entry('stop', 'Stop daemons with all that belongs to them', async () => (await import('./commands/stop.ts')).stop),
  entry('restart', 'Stop and start daemons', async () => (await import('./commands/restart.ts')).restart),
  entry(
    'reload',
    'Have daemons read their configuration again',
    async () => (await import('./commands/reload.ts')).reload,
  ),
  entry('status', 'Tell all there is to know of daemons', async () => (await import('./commands/status.ts')).status),
  entry('list', 'List all daemons', async () => (await import('./commands/list.ts')).list, 'ls'),
  entry('logs', 'Show what daemons wrote', async () => (await import('./commands/logs.ts')).logs),
  entry('signal', 'Send a signal to daemons', async () => (await import('./commands/signal.ts')).signal),
  entry('wait', 'Wait until daemons end', async () => (await import('./commands/wait.ts')).wait),
  entry(
    'forget',
    'Remove stopped daemons with their logs',
    async () => (await import('./commands/forget.ts')).forget,
    'rm',
  ),
  entry('run', 'Run a daemon in the foreground', async () => (await import('./commands/run.ts')).run),
  entry('call', 'Call a method of a service', async () => (await import('./commands/call.ts')).call),
  entry('audit', 'Check how much of a daemon a process is', async () => (await import('./commands/audit.ts')).audit),
  entry(
    'completion',
    'Print completions for a shell',
    async () => (await import('./commands/completion.ts')).completion,
  ),
  entry('help', 'Explain a command, or the exit codes', async () => (await import('./commands/help.ts')).help),
]

/** Finds a command by its name or an alias. */
export function findEntry(word: string): Entry | undefined {
  return entries.find(({ name, aliases }) => name === word || aliases.includes(word))
}

/** Makes a line of the index. */
function entry(name: string, summary: string, load: Entry['load'], ...aliases: string[]): Entry {
  return { name, aliases, summary, load }
}
