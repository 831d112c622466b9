import type { Command, Option, Section } from './command.ts'

/** The options of whatever starts a daemon: `start`, `run` and `restart`. */
export const startOptions: readonly Option[] = [
  {
    name: 'cwd',
    value: 'FOLDER',
    sets: 'workingDir',
    completes: 'folders',
    help: 'Work in this folder. Default: this one.',
  },
  {
    name: 'env',
    value: 'NAME=VALUE',
    isRepeatable: true,
    sets: 'env',
    help: 'Add a variable to the environment. It is kept in the record, which is yours alone.',
  },
  {
    name: 'env-file',
    value: 'FILE',
    sets: 'envFile',
    completes: 'files',
    help: 'Add the NAME=VALUE lines of a file, read at each start. They are not recorded.',
  },
  {
    name: 'log',
    value: 'FILE',
    sets: 'stdout',
    completes: 'files',
    help: 'Append standard output and error to this file. Default: out.log in the folder of the daemon.',
  },
  { name: 'stdout', value: 'FILE', sets: 'stdout', completes: 'files', help: 'Append standard output to this file.' },
  { name: 'stderr', value: 'FILE', sets: 'stderr', completes: 'files', help: 'Append standard error to this file.' },
  {
    name: 'rotate',
    value: 'LIST',
    sets: 'rotate',
    completes: ['off', 'on', 'size=', 'keep=', 'every=', 'compress=', 'total='],
    help: 'How its logs are rotated: on, off, or such as size=10MB,keep=5 or every=day,compress=no,total=1GB. Default: on when it is kept.',
  },
  { name: 'umask', value: 'MASK', sets: 'umask', help: 'File mode creation mask, in octal. Default: 022.' },
  {
    name: 'user',
    value: 'USER',
    sets: 'user',
    completes: 'users',
    help: 'Run as this user, with its groups. Needs root.',
  },
  { name: 'group', value: 'GROUP', sets: 'group', completes: 'groups', help: 'Run as this group. Needs root.' },
  { name: 'nice', value: 'N', sets: 'nice', help: 'Niceness, from -20 (first) to 19 (last).' },
  {
    name: 'limit',
    value: 'NAME=VALUE',
    isRepeatable: true,
    sets: 'limits',
    completes: ['as=', 'core=', 'cpu=', 'data=', 'fsize=', 'memlock=', 'nofile=', 'nproc=', 'stack='],
    help: 'A resource limit, such as core=0, nofile=4096, fsize=1GB, nproc=50:100 (soft:hard) or core=unlimited.',
  },
  {
    name: 'pid-file',
    value: 'FILE',
    sets: 'pidFile',
    completes: 'files',
    help: 'Write the pid to this file, and lock it as long as the daemon lives.',
  },
  {
    name: 'ready',
    value: 'WHEN',
    sets: 'ready',
    completes: ['auto', 'exec', 'manual', 'fd:', 'port:', 'socket:', 'http:', 'log:', 'file:'],
    help: 'When it counts as started; see below.',
  },
  {
    name: 'start-timeout',
    value: 'TIME',
    sets: 'startTimeout',
    help: 'How long it may take until it is ready. Default: 30s.',
  },
  {
    name: 'stop-signal',
    value: 'SIGNAL',
    sets: 'stopSignal',
    completes: 'signals',
    help: 'What asks it to stop. Default: SIGTERM.',
  },
  {
    name: 'stop-timeout',
    value: 'TIME',
    sets: 'stopTimeout',
    help: 'How long it has then, until it is killed. Default: 10s.',
  },
  {
    name: 'stop-scope',
    value: 'SCOPE',
    sets: 'stopScope',
    completes: ['tree', 'group', 'main'],
    help: 'What a stop ends: all that descends from it (tree), its process group (group), or its main process (main).',
  },
]

/** The name of what is started. */
export const nameOption: Option = {
  name: 'name',
  value: 'NAME',
  sets: 'name',
  help: 'Name to find it by. Default: the file name of the script or command.',
}

/** The option to print JSON. */
export const jsonOption: Option = { name: 'json', help: 'Print JSON; errors are JSON as well, on standard error.' }

/** What `--ready` takes. */
export const readySection: Section = {
  title: 'Ready (--ready)',
  rows: [
    ['auto', 'The code of the script was evaluated to its end; a command runs. The default.'],
    ['exec', 'It runs.'],
    ['manual', 'The script calls currentDaemon().ready().'],
    ['fd:3', 'It writes a newline to this descriptor.'],
    ['port:8080', 'It accepts connections; also port:HOST:8080.'],
    ['socket:PATH', 'The same, for a Unix socket.'],
    ['http:URL', 'A GET of the URL is answered with 200 to 399.'],
    ['log:REGEX', 'A line that it writes matches.'],
    ['file:PATH', 'The file exists, and is not older than the start.'],
  ],
}

/** What is run, and where options end. */
export const programSection: Section = {
  title: 'What is run',
  text: 'A first word that ends in .js, .mjs, .cjs, .ts, .mts or .cts is a script for Node; anything else is a command that is looked up on PATH. Options end at that word: what follows belongs to the program. Paths of options and the script are relative to where you type them. Times have a unit: 500ms, 10s, 5m, 1h.',
}

/** The words of a command that starts something. */
export const startWords: Pick<Command, 'words' | 'endsAtFirstWord'> = { words: 'program', endsAtFirstWord: true }
