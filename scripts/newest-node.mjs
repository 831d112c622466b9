import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './ensure.mjs'

/**
 * The path of the newest Node that the package `node` of the registry ships, in a list: installed beside the dependencies, for the
 * tests alone. An empty list, and a sentence, where there is none for this machine or no network.
 */
export function newestNode() {
  const folder = join(root, 'node_modules', '.cache', 'newest-node')
  try {
    const version = npm(['view', 'node', 'version'])
    const name = `node-${process.platform}-${process.arch}`
    const path = join(folder, 'node_modules', name, 'bin', 'node')
    const isThere = existsSync(path) && execFileSync(path, ['--version'], { encoding: 'utf8' }).trim() === `v${version}`
    // The package `node` fetches this one in an install script; asked for by name, no script has to run.
    if (!isThere) npm(['install', '--prefix', folder, '--no-save', '--ignore-scripts', `${name}@${version}`])
    return [path]
  } catch (error) {
    console.log(`The newest Node is left out: it can't be installed here (${String(error.message).split('\n', 1)[0]})`)
    return []
  }
}

/** Runs npm, and gives what it prints. */
function npm(args) {
  return execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}
