/** The look of the HTML reference: system fonts, light and dark, readable from 360 px. */
export const style = [
  ':root{color-scheme:light dark;--ink:#1b2430;--dim:#5c6773;--line:#d8dee6;--back:#fff;--soft:#f4f6f9;--link:#0b5cad}',
  '@media(prefers-color-scheme:dark){:root{--ink:#e4e9ef;--dim:#9aa7b4;--line:#323c48;--back:#12171d;--soft:#1a2129;--link:#7db8f5}}',
  '*{box-sizing:border-box}',
  'body{margin:0;background:var(--back);color:var(--ink);font:16px/1.55 system-ui,sans-serif}',
  'main{max-width:60rem;margin:0 auto;padding:1rem}',
  'h1{font-size:1.6rem;line-height:1.25;overflow-wrap:anywhere}h2{margin-top:2.5rem;font-size:1.25rem}h3{margin:1.25rem 0 .4rem;font-size:1rem}',
  'a{color:var(--link)}code,pre,.p{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.875em}code,.p{overflow-wrap:anywhere}',
  'pre{margin:.5rem 0;padding:.75rem;overflow:auto;max-height:24rem;background:var(--soft);border:1px solid var(--line);border-radius:6px}',
  'details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:0 .75rem}details[open]{padding-bottom:.75rem}',
  'summary{cursor:pointer;padding:.6rem 0;overflow-wrap:anywhere}summary:focus-visible,a:focus-visible{outline:2px solid var(--link);outline-offset:2px}',
  '.m{display:inline-block;min-width:4.2rem;font-size:.8rem}.get{color:#0b7a4b}.post{color:#0b5cad}.patch{color:#9a5b00}.delete{color:#b3261e}',
  '@media(prefers-color-scheme:dark){.get{color:#5cc99a}.post{color:#7db8f5}.patch{color:#e0a85a}.delete{color:#f28b82}}',
  '.w{color:var(--dim)}.t{overflow-x:auto}.t code{white-space:nowrap}td{min-width:6rem}',
  'table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{padding:.35rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}th{color:var(--dim);font-weight:600}',
].join('\n');
