import { painted, type Color, type Look } from './look.ts';

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const cellsDefault = 20;
/** At or below this share of what was granted a customer should think of a top-up. */
const lowShare = 0.2;

/**
 * A bar of what is left. Only nothing looks like nothing, and only the whole looks whole.
 * @param share 0 to 1; values outside are drawn as the nearest end
 */
export function bar(share: number, look: Look, cells: number = cellsDefault): string {
  const steps = look.unicode ? cells * 8 : cells;
  const bounded = Math.min(1, Math.max(0, share));
  const filled = bounded > 0 ? Math.max(1, Math.floor(bounded * steps)) : 0;
  const drawn = look.unicode ? '█'.repeat(filled >> 3) + (eighths[filled % 8] ?? '') : '#'.repeat(filled);
  const rest = cells - (look.unicode ? Math.ceil(filled / 8) : filled);
  return painted(drawn, colorOf(bounded), look) + painted((look.unicode ? '·' : '.').repeat(rest), 'dim', look);
}

function colorOf(share: number): Color {
  if (share > lowShare) return 'green';
  return share > 0 ? 'yellow' : 'red';
}
