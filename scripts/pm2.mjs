import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './ensure.mjs'

/** The release that the benchmark compares with. */
const version = '7.0.4'

/** The program of pm2, in a list: installed beside the dependencies, for the benchmark alone. An empty list without a network. */
export function pm2() {
  const folder = join(root, 'node_modules', '.cache', `pm2-${version}`)
  const path = join(folder, 'node_modules', 'pm2', 'bin', 'pm2')
  const install = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
  try {
    if (!existsSync(path)) execFileSync('npm', [...install, `pm2@${version}`], { cwd: root, stdio: 'ignore' })
    return [path]
  } catch (error) {
    console.log(`pm2 is left out: it can't be installed here (${String(error.message).split('\n', 1)[0]})`)
    return []
  }
}
