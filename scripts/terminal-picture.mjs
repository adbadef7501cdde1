// Turns a terminal's screen, as `tmux capture-pane -e` gives it, into a page that looks the same.

/** The sixteen colours that programs name by number. */
const named = [
  '#0d1117',
  '#f03938',
  '#6cdace',
  '#faf176',
  '#58a6ff',
  '#b46be3',
  '#6cdace',
  '#c9d1d9',
  '#8b949e',
  '#f03938',
  '#6cdace',
  '#faf176',
  '#58a6ff',
  '#b46be3',
  '#6cdace',
  '#ffffff',
];
const paper = '#0d1117';
const ink = '#c9d1d9';

/**
 * @param {string} screen text with SGR sequences
 * @returns {string} an HTML page
 */
export function terminalPage(screen) {
  const lines = screen.replace(/\n$/, '').split('\n').map(lineToHtml);
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; padding: 16px; background: ${paper}; color: ${ink}; display: inline-block; }
    pre { margin: 0; font: 14px/1.25 "DejaVu Sans Mono", monospace; }
  </style><pre>${lines.join('\n')}</pre>`;
}

function lineToHtml(line) {
  let style = {};
  let html = '';
  // Each piece is a sequence's parameters and the text behind it.
  for (const [, codes = '', text = ''] of `\u001b[m${line}`.matchAll(/\u001b\[([\d;:]*)m([^\u001b]*)/g)) {
    style = applyCodes(style, codes.split(/[;:]/).map(Number));
    if (text !== '') html += `<span style="${css(style)}">${escape(text)}</span>`;
  }
  return html;
}

function applyCodes(before, codes) {
  let style = { ...before };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) style = {};
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 4) style.underline = true;
    else if (code === 7) style.inverse = true;
    else if (code === 22) style = { ...style, bold: false, dim: false };
    else if (code === 24) style.underline = false;
    else if (code === 27) style.inverse = false;
    else if (code === 39) delete style.front;
    else if (code === 49) delete style.back;
    else if (code === 38 || code === 48) {
      const { colour, used } = extendedColour(codes.slice(i + 1));
      style[code === 38 ? 'front' : 'back'] = colour;
      i += used;
    } else if (code >= 30 && code <= 37) style.front = named[code - 30];
    else if (code >= 90 && code <= 97) style.front = named[code - 82];
    else if (code >= 40 && code <= 47) style.back = named[code - 40];
  }
  return style;
}

function extendedColour([kind, ...rest]) {
  if (kind === 2) return { colour: `rgb(${rest.slice(0, 3).join(',')})`, used: 4 };
  const [index = 0] = rest;
  if (index < 16) return { colour: named[index], used: 2 };
  if (index >= 232)
    return {
      colour: `rgb(${Array(3)
        .fill(8 + (index - 232) * 10)
        .join(',')})`,
      used: 2,
    };
  const level = (part) => (part === 0 ? 0 : 55 + part * 40);
  const cube = index - 16;
  const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level);
  return { colour: `rgb(${parts.join(',')})`, used: 2 };
}

function css(style) {
  const front = style.inverse ? (style.back ?? paper) : (style.front ?? ink);
  const back = style.inverse ? (style.front ?? ink) : style.back;
  return [
    `color:${front}`,
    back === undefined ? '' : `background:${back}`,
    style.bold ? 'font-weight:700' : '',
    style.dim ? 'opacity:.6' : '',
    style.underline ? 'text-decoration:underline' : '',
  ]
    .filter(Boolean)
    .join(';');
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
