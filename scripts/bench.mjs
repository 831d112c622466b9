import { ensureTestsBuilt, run } from './ensure.mjs'

ensureTestsBuilt()
run(process.execPath, ['build/bench/main.js', ...process.argv.slice(2)])
