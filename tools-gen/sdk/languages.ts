/** The languages an SDK can be had in. */
import { go } from './go.ts';
import { java } from './java.ts';
import type { Language } from './language.ts';
import { python } from './python.ts';
import { typescript } from './typescript.ts';

export const languages = { typescript, python, java, go } as const satisfies Record<string, Language>;

export type LanguageName = keyof typeof languages;

export const languageNames = Object.keys(languages) as LanguageName[]; // the keys of a const object

export const isLanguageName = (name: string): name is LanguageName => Object.hasOwn(languages, name);
