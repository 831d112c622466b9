// A service whose methods do as little as can be.
import { serve } from 'daemonic/service'

const service = serve(
  { name: 'bench', version: '1.0.0', maxMessage: '256MB' },
  {
    echo: (value: unknown) => value,
    size: (value: Uint8Array) => value.length,
    pid: () => process.pid,
    async *chunks(count: number, size: number) {
      for (let index = 0; index < count; index += 1) yield Buffer.alloc(size)
    },
  },
)

export type BenchService = typeof service
