import { fchownSync } from 'node:fs'
import { type UserInfo, userInfo } from 'node:os'
import type { Settlement } from './settle.cts'

/** The part of credentials(7) that Node has on Unix. Its types leave out initgroups(3). */
interface Credentials {
  getuid(): number
  seteuid(id: string | number): void
  setuid(id: string | number): void
  setgid(id: string | number): void
  setgroups(groups: (string | number)[]): void
  initgroups(user: string | number, extraGroup: string | number): void
}

/** Becomes another user and group for good: real, effective and saved ids, and the supplementary groups. */
export function dropPrivileges({ user, group, stdout, stderr, hasOwnEnvironment }: Settlement): void {
  const credentials = process as unknown as Credentials
  const account = user === undefined ? undefined : findAccount(credentials, user)
  const gid = group ?? account?.gid
  if (gid === undefined) throw new Error(`user ${user} is not in the user database: give the group, too`)
  setGroups(credentials, account, gid)
  credentials.setgid(gid)
  if (stdout.created) giveAway(1, account?.uid)
  if (stderr.created) giveAway(2, account?.uid)
  if (user !== undefined) credentials.setuid(user)
  if (account !== undefined && !hasOwnEnvironment) describeUser(account)
}

/** Looks a user up as the system does (getpwuid(3)): Node tells of the effective user only, so become it for a moment. */
function findAccount(credentials: Credentials, user: string | number): UserInfo<string> | undefined {
  const before = credentials.getuid()
  credentials.seteuid(user)
  try {
    return userInfo()
  } catch {
    return undefined
  } finally {
    credentials.seteuid(before)
  }
}

/** Sets the supplementary groups: the user's, or the one group alone. */
function setGroups(credentials: Credentials, account: UserInfo<string> | undefined, gid: string | number): void {
  if (account === undefined) credentials.setgroups([gid])
  else credentials.initgroups(account.username, gid)
}

/** Gives a log that was created for this daemon to its user and group, so that it can be rotated and opened again. */
function giveAway(fd: number, uid: number | undefined): void {
  fchownSync(fd, uid ?? process.getuid?.() ?? -1, process.getgid?.() ?? -1)
}

/** Sets what programs look up about their user. */
function describeUser({ username, homedir, shell }: UserInfo<string>): void {
  Object.assign(process.env, { USER: username, LOGNAME: username, HOME: homedir })
  if (shell !== null) process.env['SHELL'] = shell
}
