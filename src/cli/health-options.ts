import type { Option, Section } from './command.ts'

/** The options of what looks whether a kept daemon is well. */
export const healthOptions: readonly Option[] = [
  {
    name: 'health',
    value: 'CHECK',
    sets: 'health',
    completes: ['http:', 'port:', 'socket:', 'command:'],
    help: 'Restart it when this check fails; see below.',
  },
  { name: 'health-interval', value: 'TIME', sets: 'health.interval', help: 'Time between checks. Default: 10s.' },
  { name: 'health-timeout', value: 'TIME', sets: 'health.timeout', help: 'Time that a check may take. Default: 5s.' },
  {
    name: 'health-failures',
    value: 'N',
    sets: 'health.failures',
    help: 'How many checks in a row have to fail. Default: 3.',
  },
  {
    name: 'health-start-period',
    value: 'TIME',
    sets: 'health.startPeriod',
    help: 'Failures this soon after its start do not count, unless a check has succeeded. Default: 30s.',
  },
  {
    name: 'watchdog',
    value: 'TIME',
    sets: 'watchdog',
    help: 'Restart it when it does not say for this long that it is alive: the event loop of a script has to turn, or it calls currentDaemon().alive(); a command touches the file in DAEMONIC_ALIVE_FILE.',
  },
  {
    name: 'max-memory',
    value: 'SIZE',
    sets: 'maxMemory',
    help: 'Restart it when all its processes have more memory, such as 512MB.',
  },
  { name: 'max-age', value: 'TIME', sets: 'maxAge', help: 'Restart it when it runs for this long, such as 24h.' },
]

/** What `--health` takes. */
export const healthSection: Section = {
  title: 'Health (--health)',
  rows: [
    ['http:URL', 'A GET of the URL is answered with 200 to 399.'],
    ['port:8080', 'It accepts connections; also port:HOST:8080.'],
    ['socket:PATH', 'The same, for a Unix socket.'],
    ['command:TEXT', 'This command of /bin/sh ends with 0, in its folder and environment.'],
  ],
}
