import { inheritedDescriptors } from '../system/inherited.cjs'
import type { Launched } from './launch.cts'
import type { Prelude, StartMessage } from './message.ts'

/** Sends a daemon its one message: what it is to close, to put right and to do, and the bytes that go with it. */
export function tell(
  { channel, stdio, covered, birth }: Launched,
  { preludes, work, payload }: { preludes: Prelude[]; work: unknown; payload: Uint8Array },
): void {
  const message: StartMessage = {
    close: [...inheritedDescriptors().filter(({ fd }) => (stdio[fd] ?? 'ignore') === 'ignore'), ...covered],
    boot: birth.boot,
    nodeOptions: birth.nodeOptions,
    environment: birth.environment,
    preludes,
    work,
  }
  const json = Buffer.from(JSON.stringify(message))
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32LE(json.length, 0)
  lengths.writeUInt32LE(payload.length, 4)
  channel?.write(Buffer.concat([lengths, json]))
  if (payload.length > 0) channel?.write(payload)
}
