// The keeper: the module of its service, and what its heir becomes.
import { dirname } from 'node:path'
import { keeperName } from '../home/kept-page.cjs'
import { defineKeeper } from './keeper.cjs'

/** Its folder: in the mark of its life, which it has in its environment. */
const folder = (process.env['DAEMONIC_INSTANCE'] ?? '').replace(/#[^#]*$/, '')

if (folder.endsWith(`/${keeperName}`) && dirname(folder) !== '/') {
  if (process.argv[2] === 'heir') {
    const { serveAsHeir, firstInherited } = require('../service/heir.cjs') as typeof import('../service/heir.cts')
    const keeper = defineKeeper(folder, firstInherited)
    serveAsHeir(keeper, folder).then(keeper.begin)
  } else {
    const { serveInDaemon } = require('../service/serving.cjs') as typeof import('../service/serving.cts')
    const keeper = defineKeeper(folder)
    serveInDaemon(keeper)
    setImmediate(keeper.begin)
  }
}
