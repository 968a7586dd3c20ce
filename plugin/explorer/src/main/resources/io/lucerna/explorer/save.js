// The page as it is, in one file that needs neither the server nor a script.

/** Nothing in the file can ask for anything, or run. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** What is only there to be used goes; what could be switched is shown whole. */
const INERT = `
button, select, input, textarea { pointer-events: none; }
.lists .before, .lists .after { display: block !important; }
.sides, button.more, .actions, .ask button, .spec button, .pins h2 button, .commands button { display: none !important; }
.panel { position: static; }
.saved { overflow-wrap: anywhere; }
img { display: block; image-rendering: pixelated; }
@media (max-width: 700px) { .list h2 { display: flex !important; } }`;

/** A text as markup that shows it. */
const escaped = text => text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);

/** A sheet as it was written: what the browser makes of it loses some rules. */
async function sheet({ href }) {
  const sent = await fetch(href);
  if (!sent.ok) {
    throw new Error(`${href}: ${sent.status}`);
  }
  return sent.text();
}

const fetched = () => Promise.all([...document.querySelectorAll('link[rel=stylesheet]')].map(sheet));

/** Fetched with the page: when it is saved, its server may have ended. What failed then is asked for again. */
let sheets = fetched();
sheets.catch(() => {});

/** What is painted, as large as it is shown. */
function picture(painted, canvas) {
  const image = canvas.ownerDocument.createElement('img');
  [...canvas.attributes].forEach(({ name, value }) => image.setAttribute(name, value));
  const { width, height } = painted.getBoundingClientRect();
  image.setAttribute('width', Math.round(width));
  image.setAttribute('height', Math.round(height));
  image.style.background = getComputedStyle(document.body).backgroundColor;
  image.setAttribute('src', painted.toDataURL());
  image.setAttribute('alt', canvas.getAttribute('aria-label') ?? '');
  return image;
}

/** What people chose and typed is a property, and becomes what a file can say. */
function freeze(from, to) {
  const [those, copies] = [from, to].map(root => [...root.querySelectorAll('input, textarea, option')]);
  those.forEach((field, i) => {
    if (field.matches('option')) {
      copies[i].toggleAttribute('selected', field.selected);
    } else if (field.matches('textarea')) {
      copies[i].textContent = field.value;
    } else {
      copies[i].setAttribute('value', field.value);
    }
  });
  const painted = [...from.querySelectorAll('canvas')];
  [...to.querySelectorAll('canvas')].forEach((canvas, i) => canvas.replaceWith(picture(painted[i], canvas)));
  to.querySelectorAll('datalist').forEach(one => one.remove());
  to.querySelectorAll('button, select, input, textarea').forEach(one => one.setAttribute('tabindex', '-1'));
  to.querySelectorAll('input, textarea').forEach(one => one.setAttribute('readonly', ''));
}

/** The marks of templates. */
function uncomment(root) {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const marks = [];
  while (walker.nextNode()) {
    marks.push(walker.currentNode);
  }
  marks.forEach(mark => mark.remove());
}

/** The file's text: the root of the page, its style, and where it came from in words. */
export async function file() {
  // A document that is shown nowhere loads nothing.
  const app = document.implementation.createHTMLDocument().importNode(document.getElementById('app'), true);
  freeze(document.getElementById('app'), app);
  uncomment(app);
  const style = (await sheets.catch(() => (sheets = fetched()))).join('\n');
  // As a text: this page's own policy forbids a style in a document that it makes.
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Lucerna explorer">
<title>${escaped(document.title)}</title>
<style>${style}${INERT}</style>
</head>
<body>
${app.outerHTML}
<p class="quiet saved">Saved from Lucerna's explorer, where its address ends in: ${escaped(location.hash || 'nothing')}</p>
</body>
</html>
`;
}

/** A name that says what it is of, for all file systems. */
const named = () => document.title.replace(/ · Lucerna$/, '').replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60).replace(/^-|-$/g, '') || 'explorer';

/** Hands the file to the person. */
export async function save() {
  const address = URL.createObjectURL(new Blob([await file()], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `lucerna-${named()}.html`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
