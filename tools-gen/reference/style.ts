/** The look of the HTML reference: system fonts, light and dark, readable from 360 px. */
export const style = [
  ':root{color-scheme:light dark;--ink:#1b2430;--dim:#5c6773;--line:#d8dee6;--back:#fff;--soft:#f4f6f9;--link:#0b5cad}',
  '@media(prefers-color-scheme:dark){:root{--ink:#e4e9ef;--dim:#9aa7b4;--line:#323c48;--back:#12171d;--soft:#1a2129;--link:#7db8f5}}',
  '*{box-sizing:border-box}',
  'body{margin:0;background:var(--back);color:var(--ink);font:16px/1.55 system-ui,sans-serif}',
  'main{max-width:60rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}nav a{display:inline-block;margin-right:.75rem}.n{white-space:nowrap}',
  'h1{font-size:1.6rem;line-height:1.25}h2{margin-top:2.5rem;font-size:1.25rem}h4{margin:1.25rem 0 .4rem;font-size:1rem}summary h3{display:inline;font-size:1rem;font-weight:400}',
  'a{color:var(--link)}code,pre,.p{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.875em}',
  'pre{margin:.5rem 0;padding:.75rem;overflow:auto;max-height:24rem;white-space:pre-wrap;background:var(--soft);border:1px solid var(--line);border-radius:6px}',
  'details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:0 .75rem}details[open]{padding-bottom:.75rem}',
  'summary{cursor:pointer;padding:.6rem 0}:focus-visible{outline:2px solid var(--link);outline-offset:2px}:target{scroll-margin-top:4rem}',
  '.m{display:inline-block;min-width:4.2rem;font-size:.8rem}.get{color:#0b7a4b}.post{color:#0b5cad}.patch{color:#9a5b00}.delete{color:#b3261e}',
  '@media(prefers-color-scheme:dark){.get{color:#5cc99a}.post{color:#7db8f5}.patch{color:#e0a85a}.delete{color:#f28b82}}',
  '.w,small{color:var(--dim)}small{display:block;font-size:.875rem}',
  'dl{margin:.5rem 0;font-size:.92rem}dl>div{display:grid;grid-template-columns:1fr 2fr;gap:1rem;padding:.4rem 0;border-top:1px solid var(--line)}dd{margin:0}',
  '@media(max-width:40rem){dl>div{display:block}.p{display:block}}',
].join('\n');
