import { ensureBuilt } from './ensure.mjs'

ensureBuilt({ force: process.argv.includes('--force') })
