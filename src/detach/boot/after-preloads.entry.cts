// The last preload (`--import`) of a module that has others: from here on modules are loaded as they will be.
import { afterPreloads } from './run-module.cjs'

afterPreloads()
