import { SetupError } from '#runtime/setup-error';

/** The embedded server cannot be prepared, started or stopped; exit code 7 (unavailable). */
export class DatabaseServerError extends SetupError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, 7, options);
  }
}

const explanations: readonly (readonly [pattern: RegExp, sentence: (path: string) => string])[] = [
  [/No space left on device|ENOSPC|Disk quota exceeded/, (path) => `The disk that holds ${path} is full; free at least 200 MB and try again.`],
  [/Read-only file system|EROFS/, (path) => `${path} is on a read-only file system; set BSS_HOME to a folder that can be written.`],
  [/database files are incompatible|initialized by PostgreSQL version/, (path) => `The data in ${path} belongs to another PostgreSQL version; move that folder away to start anew.`],
  [/could not map anonymous shared memory|Cannot allocate memory|could not create semaphores/, () => 'There is too little free memory (or too few semaphores) for PostgreSQL; close something or raise the limits of this machine or container.'],
  [/pre-existing shared memory block/, (path) => `Processes of a killed PostgreSQL still hold ${path}; end them (ps -ef | grep postgres) and try again.`],
  [/error while loading shared libraries: (\S+?):/, () => 'A system library that PostgreSQL needs is missing; install it, or set BSS_DATABASE_URL to a server of your own.'],
  [/spawn \S+ EACCES/, (path) => `Programs in ${path} may not be run (its disk is mounted noexec, or a folder above is shut); set BSS_HOME to a folder where they may.`],
  [/Permission denied|EACCES|EPERM|Operation not permitted/, (path) => `PostgreSQL may not use ${path}; run as the owner of that folder, or set BSS_HOME to a folder of your own.`],
];

/**
 * One sentence for what the server, initdb or the operating system said.
 * @param said their words; the last line is quoted where no sentence fits
 * @param path the folder concerned
 */
export function explain(said: string, path: string): DatabaseServerError {
  for (const [pattern, sentence] of explanations) {
    const found = pattern.exec(said);
    if (found) return new DatabaseServerError(sentence(path) + (found[1] ? ` (${found[1]})` : ''));
  }
  const lines = said.trim().split('\n').filter((line) => line.trim() !== '');
  const telling = lines.findLast((line) => /FATAL|error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return new DatabaseServerError(`PostgreSQL did not start in ${path}: ${telling.trim().slice(0, 300)}`);
}
