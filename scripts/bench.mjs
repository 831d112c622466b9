import { coreD } from './core-d.mjs'
import { ensureTestsBuilt, run } from './ensure.mjs'
import { pm2 } from './pm2.mjs'

ensureTestsBuilt()
const flags = process.argv.slice(2)
run(process.execPath, ['build/bench/main.js', ...flags])
run(process.execPath, ['build/bench/cli.js', ...flags, ...pm2()])
run(process.execPath, ['build/bench/keeping.js', ...flags, ...pm2()])
run(process.execPath, ['build/bench/logs.js', ...flags, ...pm2()])
run(process.execPath, ['build/bench/services.js', ...flags, ...coreD()])
