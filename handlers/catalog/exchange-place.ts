/** Where the file of a job is. */
import { constants } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#runtime/config';
import { homeOf } from '#runtime/home';
import { randomHex } from '#runtime/ids';
import { systemCode } from '#runtime/setup-error';
import { JobFailure, ndjson } from './exchange.ts';

/** `file:<name>` in the exchange folder under BSS_HOME, or `data:` with the content itself. */
export type Place = { readonly kind: 'file'; readonly name: string } | { readonly kind: 'data'; readonly contentType: string; readonly content: Buffer };

/** Why other addresses are refused: fetching or filling whatever a client names is a way into the operator's network. */
export const placesKnown = 'The url of a job is file:<name>, a file in the exchange folder of the operator, or data: with the content; nothing is fetched from or sent to other addresses.';

const fileBytesMax = 8 * 1024 * 1024;
const inlineBytesMax = 512 * 1024;
const fileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const dataUrl = /^data:([^;,]*)((?:;[^;,]*)*),(.*)$/s;

/** Null for an address that is none of ours. */
export function placeOf(url: string): Place | null {
  if (url.startsWith('file:')) {
    const name = url.slice('file:'.length);
    return fileName.test(name) ? { kind: 'file', name } : null;
  }
  // An export fills the content in, so it need not be there.
  const [, contentType = '', options = '', text] = dataUrl.exec(url === 'data:' ? 'data:,' : url) ?? [];
  if (text === undefined) return null;
  try {
    const content = options.endsWith(';base64') ? Buffer.from(text, 'base64') : Buffer.from(decodeURIComponent(text));
    return { kind: 'data', contentType: contentType === '' ? ndjson : contentType, content };
  } catch {
    return null; // a percent sign that escapes nothing
  }
}

const folderOf = ({ home }: Config): string => homeOf({ BSS_HOME: home ?? '' }).exchange;

/** @throws {JobFailure} the file cannot be read, or is too large */
export async function readPlace(config: Config, place: Place): Promise<string> {
  if (place.kind === 'data') return place.content.toString();
  const file = await open(join(folderOf(config), place.name), constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    throw new JobFailure(`The exchange folder has no file ${place.name} that can be read (${systemCode(error)}).`);
  });
  try {
    const { size } = await file.stat();
    if (size > fileBytesMax) throw new JobFailure(`${place.name} has ${size} bytes; at most ${fileBytesMax} are read.`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/**
 * Writes the file whole or not at all.
 * @returns the url under which it is found
 * @throws {JobFailure} it is too large, or cannot be written
 */
export async function writePlace(config: Config, place: Place, text: string, contentType: string): Promise<string> {
  const bytes = Buffer.byteLength(text);
  const bytesMax = place.kind === 'data' ? inlineBytesMax : fileBytesMax;
  if (bytes > bytesMax) throw new JobFailure(`The file would have ${bytes} bytes; a ${place.kind}: url takes at most ${bytesMax}. Export less with path and query.`);
  if (place.kind === 'data') return `data:${contentType};base64,${Buffer.from(text).toString('base64')}`;
  try {
    await put(folderOf(config), place.name, text);
  } catch (error) {
    throw new JobFailure(`${place.name} cannot be written to the exchange folder (${systemCode(error)}).`);
  }
  return `file:${place.name}`;
}

async function put(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const part = join(folder, `.${name}.${randomHex(4)}`);
  try {
    await writeFile(part, text, { flag: 'wx', mode: 0o600, flush: true });
    await rename(part, join(folder, name));
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
