// The program that Node runs in the place of a command. It starts the command, which a shell could not do as well: with the
// default disposition of every signal, and with the system's own answer when it can't. Then it leaves: nothing of ours stays.
import { birth } from '../../detach/boot/boot.entry.cjs'
import { type CommandWork, startCommand } from './start-command.cjs'

if (birth !== undefined) startCommand(birth, birth.message.work as CommandWork)
