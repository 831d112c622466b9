import { existsSync } from 'node:fs'

const library = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib']
  .map((folder) => `${folder}/faketime/libfaketimeMT.so.1`)
  .find(existsSync)

/** The reason to skip a test that sets the clock; false where it can be done. */
export const skipWithoutFakedClock: string | false = library === undefined && 'there is no libfaketime on this machine'

/** The environment of a program whose wall clock differs by what a file says, and whose monotonic clock is the true one. */
export function fakedClock(file: string): Record<string, string> {
  return {
    LD_PRELOAD: library ?? '',
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  }
}
