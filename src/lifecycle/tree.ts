// CommonJS, for the reason that tree.cts gives.
import { createRequire } from 'node:module'
import type * as trees from './tree.cts'

const code = createRequire(import.meta.url)('./tree.cjs') as typeof trees

export type Life = trees.Life
export const findTree: typeof trees.findTree = code.findTree
export const close: typeof trees.close = code.close
