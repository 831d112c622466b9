// A client as a module: one call.
import { connect } from 'daemonic/client'
import type { BenchService } from './echo-service.ts'

const module = new URL('./echo-service.js', import.meta.url)
const client = await connect<BenchService>({ name: 'bench', version: '1.0.0', module })
await client.echo('text')
