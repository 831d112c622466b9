// CommonJS, because clients of services start daemons with it, and load no module for that.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What belongs to a terminal session, or to the script of npm that a program was started by. */
const sessionVariables = new Set([
  'COLORTERM',
  'COLUMNS',
  'INIT_CWD',
  'LINES',
  'OLDPWD',
  'SHLVL',
  'STY',
  'TERM',
  'TERMCAP',
  'TERM_PROGRAM',
  'TERM_PROGRAM_VERSION',
  'TERM_SESSION_ID',
  'TMUX',
  'TMUX_PANE',
  'VTE_VERSION',
  'WINDOWID',
  'WINDOWPATH',
  '_',
])
const sessionPrefixes = ['SSH_', 'npm_', 'NODE_CHANNEL_']

/** Variables that a shell sets for itself: it does not pass on what it was given, and exports some that it was not. */
const shellVariables = [
  'IFS',
  'LINENO',
  'OLDPWD',
  'OPTARG',
  'OPTIND',
  'PATH',
  'PPID',
  'PS1',
  'PS2',
  'PS4',
  'PWD',
  'SHLVL',
  '_',
]

/** Does this variable belong to a terminal session or to npm, so that a daemon has no use for it? */
export function isSessionVariable(name: string): boolean {
  return sessionVariables.has(name) || sessionPrefixes.some((prefix) => name.startsWith(prefix))
}

export interface BirthEnvironment {
  /** What the trampoline and Node are started with. */
  env: Record<string, string>
  /** What the daemon's boot makes of it before the user's code runs, and under which name it says so. */
  boot: string
  nodeOptions: string | null
  environment: Record<string, string | null>
}

/**
 * Makes the environment that a daemon is born with: the user's, or this process's without what belongs to a session;
 * the mark that says where the channel is; and NODE_OPTIONS that preload the boot, which takes both out again.
 * @param instance the mark of a named daemon's life; undefined for none.
 * @param runsOurs whether Node runs code of ours, and not the user's: what is meant for that is kept from it.
 */
export function birthEnvironment(
  given: NodeJS.Dict<string> | undefined,
  channel: number,
  instance: string | undefined,
  runsOurs: boolean,
): BirthEnvironment {
  const wanted = given === undefined ? inheritedEnvironment() : definedOnly(given)
  // What a daemon starts as a daemon is no part of it.
  delete wanted['DAEMONIC_INSTANCE']
  if (instance !== undefined) wanted['DAEMONIC_INSTANCE'] = instance
  const nodeOptions = wanted['NODE_OPTIONS'] === undefined ? null : withoutInspector(wanted['NODE_OPTIONS'])
  const isLater = (name: string): boolean => !isIdentifier(name) || (runsOurs && name.startsWith('NODE_'))
  const atOnce = Object.fromEntries(Object.entries(wanted).filter(([name]) => !isLater(name)))
  const later = [...Object.keys(wanted).filter(isLater), ...shellVariables]
  return {
    env: { ...atOnce, DAEMONIC_CHANNEL: String(channel), NODE_OPTIONS: preloading(runsOurs ? null : nodeOptions) },
    boot: pathToFileURL(bootFile).href,
    nodeOptions: runsOurs ? (wanted['NODE_OPTIONS'] ?? null) : nodeOptions,
    environment: Object.fromEntries(later.map((name) => [name, wanted[name] ?? null])),
  }
}

/** What a daemon inherits: this process's environment, without what belongs to a terminal session, to npm, or to the one daemon that it is. */
export function inheritedEnvironment(): Record<string, string> {
  const isLeftOut = (name: string): boolean => isSessionVariable(name) || name === 'DAEMONIC_ALIVE_FILE'
  return Object.fromEntries(Object.entries(definedOnly(process.env)).filter(([name]) => !isLeftOut(name)))
}

/** Leaves out what is undefined. */
function definedOnly(env: NodeJS.Dict<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Is this a name that every shell passes on? dash drops others. */
function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
}

const bootFile = join(__dirname, 'boot', 'boot.entry.cjs')

/** Puts the boot before everything else that Node preloads. */
function preloading(nodeOptions: string | null): string {
  const preload = `--require "${bootFile.replace(/["\\]/g, '\\$&')}"`
  return nodeOptions === null ? preload : `${preload} ${nodeOptions}`
}

/** The inspector's port is the launcher's: a second one on it can't be. */
const inspectorFlag = /^--(?:inspect|debug-port)(?:$|[-=])/
const inspectorFlagWithValue = /^--(?:inspect-port|debug-port|inspect-publish-uid)$/

/** Leaves the inspector's flags out of a list of arguments to Node. */
export function withoutInspectorFlags(flags: readonly string[]): string[] {
  return flags.filter((flag, index) => {
    const isValue = index > 0 && inspectorFlagWithValue.test(flags[index - 1] ?? '')
    return !isValue && !inspectorFlag.test(flag)
  })
}

/** Leaves the inspector's flags out of NODE_OPTIONS, whose other parts stay as they are, quoted or not. */
function withoutInspector(nodeOptions: string): string {
  return nodeOptions.includes('--inspect') || nodeOptions.includes('--debug-port')
    ? withoutInspectorFlags(nodeOptions.split(' ')).join(' ')
    : nodeOptions
}
