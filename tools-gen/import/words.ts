/** English from the names of the standard: `ProductOfferingPriceRef` → "product offering price ref". */

/** Abbreviations of the documents, written out or kept in capitals. */
const spelled: Record<string, string> = {
  pop: 'product offering price', sla: 'service level agreement', spec: 'specification', char: 'characteristic', prod: 'product',
  seq: 'sequence', rel: 'relationship', url: 'URL', id: 'identifier', href: 'link', pla: 'pricing logic algorithm', no: 'number',
};

/** Whole names that do not read as the thing they stand for. */
const renamed: Record<string, string> = {
  cancelProductOrder: 'product order cancellation', cancelServiceOrder: 'service order cancellation', customerBillOnDemand: 'request for a bill',
};

/** The lower-case words of a camel-case name, abbreviations written out. */
export function wordsOf(name: string): string[] {
  const parts = name.replace(/[@_]/g, ' ').match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [name];
  return parts.map((part) => spelled[part.toLowerCase()] ?? part.toLowerCase());
}

/** A name as a phrase: `billingAccount` → "billing account". */
export function phrase(name: string): string {
  return renamed[name.charAt(0).toLowerCase() + name.slice(1)] ?? wordsOf(name).join(' ');
}

/** "an attachment", "a usage": the sound decides, so a spoken "you" takes "a". */
export function withArticle(noun: string): string {
  return `${/^(?:[aeio]|u(?!s|ni))/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

export function plural(noun: string): string {
  const [head, tail] = noun.split(' for ');
  if (head && tail) return `${plural(head)} for ${tail.replace(/^an? /, '')}s`;
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
