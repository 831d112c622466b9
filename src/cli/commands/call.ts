import type { Command } from '../command.ts'
import { jsonOption } from '../start-options.ts'

export const call: Command = {
  usage: ['[--json] NAME METHOD [JSON]...'],
  about:
    'Calls a method of a service, which is started when it does not run, and prints its result as JSON; of a stream each item, in a line of its own, until it ends. Ctrl-C leaves a stream. NAME is that of the service, or of its daemon where there are several versions. Arguments are JSON: a text needs its quotes, as in \'"text"\'.',
  options: [jsonOption],
  words: 'names',
  sections: [
    {
      title: 'As JSON',
      text: 'A Map is an object, or a list of pairs when a key is no text; a Set and typed arrays are lists; a bigint, a Date and a regular expression are texts. What gives nothing prints nothing.',
    },
    {
      title: 'Exit codes',
      text: '0 when the method gave its result, 1 when it threw an error, 2 when there is no such method, 5 when there is no such service. See daemonic help exit-codes for the others.',
    },
  ],
  examples: [
    ['daemonic call formatter format \'"a+b"\' \'{"width": 80}\'', 'Call a method with a text and an object.'],
    ['daemonic call formatter watch \'"."\' | head -1', 'The first item of a stream.'],
  ],
  run: async (given) => (await import('../actions/call.ts')).runCall(given),
}
