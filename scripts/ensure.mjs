// Installs and builds, when that is needed: so that every script works on a fresh clone, and is fast on a ready one.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a program to its end, with its output for all to see. When it fails, so does this script. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error !== undefined) console.error(`${command}: ${error.message}`)
  if (status !== 0) process.exit(1)
}

/** The path of a program of a development dependency. */
export function tool(name) {
  return join(root, 'node_modules', '.bin', name)
}

/**
 * Installs the development dependencies as the lock file has them. Their install scripts are not run.
 * Not `npm ci`: it fails where a registry does not have the optional packages of each platform that there is.
 */
export function ensureInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json')
  const locked = join(root, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(locked).mtimeMs) return
  console.error('Installing the development dependencies ...')
  run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** Compiles the package into dist/. */
export function ensureBuilt({ force = false } = {}) {
  ensureInstalled()
  compile('tsconfig.json', ['src'], 'dist', force)
  writeManual()
}

/** Writes the page of the manual, which the command line makes of its own help. */
function writeManual() {
  const path = join(root, 'dist', 'daemonic.1')
  if (existsSync(path)) return
  const args = [join(root, 'dist', 'cli', 'main.entry.cjs'), 'help', '--man']
  const { status, stdout } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) process.exit(1)
  writeFileSync(path, stdout)
}

/** Compiles the tests, the benchmarks and the example that they measure into build/. */
export function ensureTestsBuilt() {
  ensureBuilt()
  compile('tsconfig.test.json', ['test', 'bench', 'examples/format', 'src'], 'build', false)
}

/** Compiles a project, if any of its files changed since it was last compiled. */
function compile(project, folders, output, force) {
  const stamp = join(root, 'node_modules', '.cache', `${output}.stamp`)
  const state = fingerprint([project, 'tsconfig.base.json', 'package-lock.json', ...folders])
  if (!force && existsSync(join(root, output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return
  rmSync(join(root, output), { recursive: true, force: true })
  run(process.execPath, [tool('tsc'), '--project', project])
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, state)
}

/** A hash of what stands in files, and in all files of folders. */
function fingerprint(paths) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(filesBelow)) hash.update(path).update(readFileSync(join(root, path)))
  return hash.digest('hex')
}

/** The files of a folder; a file is itself. */
function filesBelow(path) {
  if (!existsSync(join(root, path))) return []
  if (statSync(join(root, path)).isFile()) return [path]
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesBelow(join(path, name)))
}
