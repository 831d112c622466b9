/** What a shell offers for a word or a value; a list is offered as it is. */
export type Completes =
  | 'names'
  | 'running names'
  | 'program'
  | 'signal, then names'
  | 'signals'
  | 'files'
  | 'folders'
  | 'users'
  | 'groups'
  | 'commands'
  | readonly string[]

/** One option of a command. From this its parsing, help, completion and page in the manual are made. */
export interface Option {
  /** Without the dashes. */
  name: string
  short?: string
  /** What stands for its value in help; an option without one is yes or no. */
  value?: string
  isRepeatable?: boolean
  help: string
  completes?: Completes
  /** The option of the library that it sets, by which an error of the library is told in the words of the command line. */
  sets?: string
  /** Left out of help and completion. */
  isHidden?: boolean
}

/** A part of a command's help with a heading: sentences, or rows of two columns. */
export interface Section {
  title: string
  text?: string
  rows?: readonly (readonly [string, string])[]
}

/** What a command line was read as. */
export interface Given {
  command: string
  options: readonly Option[]
  words: readonly string[]
  /** What stands behind `--`, for a command that tells it apart; undefined when there is no `--`. */
  behind: readonly string[] | undefined
  has(option: string): boolean
  /** The value of an option; when it was given several times, the last. */
  text(option: string): string | undefined
  texts(option: string): readonly string[]
}

/** One command: all that is known of it. Its name, aliases and summary stand in the index. */
export interface Command {
  /** What is typed behind `daemonic NAME`, a line for each form. */
  usage: readonly string[]
  about: string
  options: readonly Option[]
  words: Completes
  /** Do options end at the first word, because what follows belongs to the program that is started? */
  endsAtFirstWord?: boolean
  /** Are words behind `--` told apart from those before it? */
  hasBehind?: boolean
  sections?: readonly Section[]
  /** Has it to do with daemons of the home? Default true. */
  looksAtHome?: boolean
  /** A command line, and what it does. */
  examples?: readonly (readonly [string, string])[]
  /** Loads and runs it; the exit code. */
  run(given: Given): Promise<number>
}

/** What the index tells of a command without loading it. */
export interface Entry {
  name: string
  aliases: readonly string[]
  summary: string
  load(): Promise<Command>
}
