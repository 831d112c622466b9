// The service: prettier, loaded once. (`node format.ts FILE...` starts it.)
import { serve } from 'daemonic/service'
import { format, resolveConfig } from 'prettier'

const formatter = serve(
  { name: 'example-formatter', version: '1.0.0', idleTimeout: '5m', idempotent: ['format'] },
  {
    /** Formats a text as the file of that path would be. */
    async format(text: string, path: string): Promise<string> {
      return format(text, { ...(await resolveConfig(path)), filepath: path })
    },
  },
)

export type Formatter = typeof formatter
