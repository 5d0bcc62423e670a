// The style sheet of the report and of the index. One string, because the page's policy names its digest.

/** Name, light, dark. Told apart by lightness as well as by hue; the report never relies on either alone. */
const COLOURS: readonly (readonly [string, string, string])[] = [
  ["paper", "#fdfcfa", "#15181b"],
  ["panel", "#f4f2ed", "#1d2125"],
  ["rule", "#dcd8cf", "#363c42"],
  ["ink", "#1c2024", "#e8e5df"],
  ["soft", "#5a6068", "#a3a9b0"],
  ["met", "#0a6b5c", "#5cc9b3"],
  ["missed", "#b3261e", "#ff8a7a"],
  ["open", "#855500", "#e8b04a"],
  ["grey", "#4c5661", "#a9b3bd"],
  ["ok", "#4f9d8f", "#3f8f80"],
  ["fail-back", "#fbe3df", "#4a1f1b"],
  ["band", "#b3261e14", "#ff8a7a1c"],
  ["baseline", "#e9e6df", "#2a2f34"],
  ["fault", "#f3cfc9", "#5b2a25"],
  ["repair", "#f2e2bd", "#574318"],
  ["settle", "#d5e8e3", "#1f423b"],
];

function variables(index: 1 | 2): string {
  return COLOURS.map((colour) => `--${colour[0]}:${colour[index]}`).join(";");
}

function both(): string {
  return COLOURS.map(([name, light, dark]) => `--${name}:light-dark(${light},${dark})`).join(";");
}

const PAGE = `
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
main,header,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
main{padding-bottom:2rem}
h1{font-size:1.6rem;line-height:1.2;font-weight:650;letter-spacing:-.01em;margin:.35rem 0 0;text-wrap:balance}
h2{font-size:1.08rem;line-height:1.3;font-weight:650;margin:0 0 .7rem}
h3{font-size:.95rem;line-height:1.35;font-weight:650;margin:1.3rem 0 .45rem}
p{margin:0 0 .7rem;max-width:46rem}
section{border-top:1px solid var(--rule);padding:1.15rem 0 .35rem;margin-top:1.1rem}
a{color:inherit;text-underline-offset:.15em}
code{font:.86em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;white-space:pre-wrap;unicode-bidi:isolate}
small,.soft{color:var(--soft)}
small{font-size:.86em}
ul,ol{margin:0 0 .7rem;padding-left:1.3rem;max-width:46rem}
li{margin:.15rem 0}
.top{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.2rem 1.5rem;font-size:.82rem;color:var(--soft)}
.environment{font-weight:700;letter-spacing:.07em;color:var(--ink)}
.environment small{font-weight:400;letter-spacing:0;color:var(--soft);font-size:1em}
.lead{margin:.5rem 0 0;color:var(--soft)}
.verdict{display:flex;gap:1rem;align-items:flex-start;margin:1.15rem 0 1rem;padding:.95rem 1.1rem;background:var(--panel);border:1px solid var(--rule);border-left:6px solid currentColor;border-radius:3px}
.verdict .sign{font-size:1.9rem;line-height:1;font-weight:700;min-width:1.4rem;text-align:center}
.verdict .word{display:block;font-size:.82rem;font-weight:750;letter-spacing:.09em;text-transform:uppercase}
.verdict .sentence{display:block;font-size:1.12rem;line-height:1.4;color:var(--ink);text-wrap:pretty}
.verdict .meaning{display:block;font-size:.88rem;color:var(--soft);margin-top:.15rem}
.verdict ul{margin:.45rem 0 0;color:var(--ink);font-size:.92rem}
.alarm{border:2px solid var(--missed);color:var(--missed);margin:1rem 0;padding:.75rem 1.1rem;border-radius:3px}
.alarm p{margin:.2rem 0 0;color:var(--ink)}
.met,.passed{color:var(--met)}.missed,.failed,.error{color:var(--missed)}.inconclusive,.aborted{color:var(--open)}.refused,.none{color:var(--grey)}
.badge{font-weight:700;white-space:nowrap}
dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(11.5rem,1fr));gap:.5rem 1.5rem;margin:0 0 .8rem;font-size:.9rem}
dl.facts div{min-width:0}
dl.facts dt{color:var(--soft);font-size:.8rem}
dl.facts dd{margin:0}
dl.evidence{font-size:.86rem}
dl.evidence div{display:grid;grid-template-columns:minmax(8rem,14rem) minmax(0,1fr);gap:0 1rem;padding:.16rem 0}
dl.evidence dt{color:var(--soft)}dl.evidence dd{margin:0}
dl.evidence{margin:0 0 .7rem}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(21rem,100%),1fr));gap:0 2rem}
.columns>*{min-width:0}
.columns h3:first-child{margin-top:.2rem}
`;

const TABLES = `
table{width:100%;border-collapse:collapse;margin:0 0 1rem;font-size:.9rem;line-height:1.4}
caption{text-align:left;color:var(--soft);font-size:.86rem;padding:0 0 .3rem}
caption.only-read,.stack caption.only-read{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:left;vertical-align:top;padding:.34rem .9rem .34rem 0;border-bottom:1px solid var(--rule);font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{overflow-wrap:normal;color:var(--soft);font-size:.8rem;border-bottom-color:var(--soft);vertical-align:bottom}
tbody th{font-weight:600}
.n{text-align:right;white-space:nowrap}
tbody th,td:not(.n){min-width:4.6rem}
td small{white-space:normal}
.keep{white-space:nowrap}
td small,th small{display:block;font-weight:400}
h3 small{font-weight:400;color:var(--soft)}
td>code:first-child{display:block}
details{margin:0 0 .8rem}
summary{cursor:pointer;color:var(--soft);font-size:.88rem}
details[open]>summary{margin-bottom:.4rem}
.bullet{display:block;margin-top:.3rem;max-width:15rem}
@media screen and (max-width:46rem){
table.stack,.stack caption,.stack tbody,.stack tr,.stack th,.stack td{display:block;width:100%}
.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack tr{border-bottom:1px solid var(--rule);padding:.5rem 0}
.stack th,.stack td{border:0;padding:.08rem 0;text-align:left;white-space:normal;min-height:1.35rem}
.stack td{position:relative;padding-left:7.9rem}
.stack td::before{content:attr(data-label);position:absolute;left:0;width:7.2rem;color:var(--soft);font-size:.82rem;line-height:1.55}
.stack th small,.stack tbody th,td:not(.n){min-width:4.6rem}
td small{white-space:normal}
.stack td.empty{display:none}
dl.facts{grid-template-columns:repeat(auto-fit,minmax(9rem,1fr))}
dl.evidence div{grid-template-columns:1fr}
.bullet{max-width:none}
}
`;

const PICTURE = `
figure{margin:0 0 1rem}
figcaption{font-size:.88rem;color:var(--soft);margin-bottom:.55rem;max-width:46rem}
figure>svg{display:block;overflow:visible}
.defs{position:absolute;width:0;height:0}
svg text{font:11px/1 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--soft)}
svg text.row,svg text.value{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
svg text.row{font-size:11.5px;fill:var(--ink)}
svg text.value{fill:var(--ink)}
svg text.phase{fill:var(--ink)}
.s-ok{fill:var(--ok)}
.s-failed{stroke:var(--missed);stroke-width:1}
.s-thin{stroke:var(--missed);stroke-width:2}
.s-none{fill:none;stroke:var(--grey);stroke-width:1;stroke-dasharray:2 2}
.h-back{fill:var(--fail-back)}.h-line{stroke:var(--missed);stroke-width:1.6}
.gap{stroke:var(--ink);stroke-width:1.3}
.band{fill:var(--band)}
rect.phase{stroke:var(--paper);stroke-width:1}
.p-baseline,.p-between{fill:var(--baseline)}.p-fault{fill:var(--fault)}.p-repair{fill:var(--repair)}.p-settle{fill:var(--settle)}
.axis{stroke:var(--soft);stroke-width:1}
.mark-line{stroke:var(--ink);stroke-width:1;stroke-dasharray:1 3;opacity:.75}
circle.mark{fill:var(--paper);stroke:var(--ink);stroke-width:1.4}
circle.m-fault{fill:var(--missed);stroke:var(--missed)}circle.m-restored{fill:var(--met);stroke:var(--met)}
svg text.mark-n{fill:var(--ink);font-weight:700;font-size:10.5px}
svg text.mark-n.m-fault,svg text.mark-n.m-restored{fill:var(--paper)}
.b-room{fill:var(--baseline)}.b-met{fill:var(--met)}.b-missed{stroke:var(--missed);stroke-width:1}.b-open{fill:none;stroke:var(--open);stroke-width:1.4;stroke-dasharray:3 2}.b-limit{stroke:var(--ink);stroke-width:2}
.limit{stroke:var(--ink);stroke-width:1.3;stroke-dasharray:5 3}.stem{stroke:var(--rule);stroke-width:2}.h-met{fill:var(--met)}.h-missed{fill:var(--fail-back);stroke:var(--missed);stroke-width:2}.h-inconclusive{fill:none;stroke:var(--open);stroke-width:1.5;stroke-dasharray:2 1.5}
.key{display:flex;flex-wrap:wrap;gap:.25rem 1.2rem;list-style:none;padding:0;margin:.6rem 0;font-size:.84rem;color:var(--soft);max-width:none}
.key svg{vertical-align:-2px;margin-right:.4rem}
.marks{list-style:none;padding:0;margin:.6rem 0 0;max-width:none;font-size:.9rem;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:.1rem 2rem}
.marks li{display:grid;grid-template-columns:1.4rem 5.2rem minmax(0,1fr);gap:.4rem}
.marks b{display:inline-block;width:1.25rem;height:1.25rem;border-radius:50%;border:1.4px solid var(--ink);text-align:center;font-size:.72rem;line-height:1.1rem;margin-top:.12rem}
.marks b.m-fault{background:var(--missed);border-color:var(--missed);color:var(--paper)}
.marks b.m-restored{background:var(--met);border-color:var(--met);color:var(--paper)}
@media screen and (max-width:44rem){svg .wide{display:none}}
`;

// A closed `details` would be missing from the paper; so would colours that the printer is allowed to drop.
const PRINT = `
@page{size:A4;margin:13mm 13mm 12mm}
@media print{
html{color-scheme:light;font-size:8.9pt}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{background:#fff;font-size:.92rem;line-height:1.34}
main,header,footer{max-width:none;padding:0}
header,main{padding-top:0;padding-bottom:0}
h1{font-size:1.5rem}
p,ul,ol{max-width:none;margin-bottom:.35rem}
h2{margin-bottom:.35rem}h3{margin:.55rem 0 .2rem}
section{padding:.5rem 0 0;margin-top:.4rem}
table{margin-bottom:.45rem;font-size:.84rem;line-height:1.26}
th,td{padding-top:.12rem;padding-bottom:.14rem}
.verdict{margin:.5rem 0;padding:.5rem .8rem}
dl.facts{grid-template-columns:repeat(4,1fr);gap:.15rem 1rem;margin-bottom:.35rem;font-size:.84rem;line-height:1.3}
.columns dl.facts{grid-template-columns:1fr 1fr}
dl.evidence{font-size:.82rem;margin-bottom:.3rem}dl.evidence div{padding:0}
.marks,.key,figcaption{font-size:.84rem;margin:.2rem 0}
.columns{grid-template-columns:1fr 1fr}
figure{margin-bottom:.5rem}
figure>svg{zoom:.78}
figure>svg,.marks li,tr,.verdict,.alarm,dl.facts div{break-inside:avoid}
.key{break-before:avoid}
.no-print{display:none}
h2,h3,caption,figcaption{break-after:avoid}
thead{display:table-header-group}
details{margin-bottom:.3rem}
details::details-content{content-visibility:visible;height:auto}
summary{list-style:none}
}
`;

/** The whole style sheet. */
export function styleSheet(): string {
  const plainLight = `:root{${variables(1)}}`;
  const plainDark = `@media (prefers-color-scheme:dark){:root{${variables(2)}}}`;
  const modern = `@supports (color:light-dark(red,red)){:root{${both()}}}`;
  return `${plainLight}\n${plainDark}\n${modern}${PAGE}${TABLES}${PICTURE}${PRINT}`;
}
