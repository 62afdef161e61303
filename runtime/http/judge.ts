/** Which validators guard the routes: `BSS_VALIDATE`. */
import { readFile } from 'node:fs/promises';
import { operations, type OperationKey } from '#generated/operations';
import { validatorsFor, type OperationValidators } from '#generated/validators';
import { kept } from '#runtime/kept';
import { SetupError, systemCode } from '#runtime/setup-error';
import type { Referee } from './referee.ts';

/** Finds the validators of an operation; the same ones each time. */
export type Judge = (key: OperationKey) => Promise<OperationValidators>;

const documents = new URL('../../generated/openapi/', import.meta.url);

/** @throws {SetupError} the referee is asked for where the packages of development are not installed */
export async function judgeOf(validate: 'compiled' | 'referee'): Promise<Judge> {
  return validate === 'compiled' ? validatorsFor : refereeJudge(await loadReferee());
}

async function loadReferee(): Promise<typeof Referee> {
  try {
    return (await import('./referee.ts')).Referee;
  } catch (error) {
    if (systemCode(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new SetupError('BSS_VALIDATE=referee needs the packages of development; install them (bin/bootstrap --dev) or set it to compiled.', 2, { cause: error });
  }
}

function refereeJudge(Judging: typeof Referee): Judge {
  const referees = new Map<string, Promise<Referee>>();
  const found = new Map<OperationKey, Promise<OperationValidators>>();
  const refereeOf = (api: string): Promise<Referee> =>
    kept(referees, api, async () => new Judging(JSON.parse(await readFile(new URL(`${api}.json`, documents), 'utf8')) as object)); // written by tools-gen
  return (key) => kept(found, key, async () => (await refereeOf(operations[key].api)).validators(operations[key]));
}
