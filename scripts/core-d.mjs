import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './ensure.mjs'

/** The release that the benchmark compares with. */
const version = '6.1.1'

/** The folder of core_d, in a list: installed beside the dependencies, for the benchmark alone. An empty list without a network. */
export function coreD() {
  const folder = join(root, 'node_modules', '.cache', `core_d-${version}`)
  const path = join(folder, 'node_modules', 'core_d')
  const install = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
  try {
    if (!existsSync(path)) execFileSync('npm', [...install, `core_d@${version}`], { cwd: root, stdio: 'ignore' })
    return [path]
  } catch (error) {
    console.log(`core_d is left out: it can't be installed here (${String(error.message).split('\n', 1)[0]})`)
    return []
  }
}
