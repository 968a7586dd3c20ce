// The page as it is, in one file that needs neither the server nor a script.

/** Nothing in the file can ask for anything, or run. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** What is only there to be used goes; what could be switched is shown whole. */
const INERT = `
button, select, input, textarea { pointer-events: none; }
.lists .before, .lists .after { display: block !important; }
.sides, .more, .actions, .ask button, .spec button, .pins h2 button, .commands button { display: none !important; }
.panel { position: static; }
@media (max-width: 700px) { .list h2 { display: flex !important; } }`;

const element = (name, attributes, text = '') => {
  const made = document.implementation.createHTMLDocument().createElement(name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.textContent = text;
  return made;
};

/** The rules of the sheets that the page is drawn with. */
const sheets = () =>
  [...document.styleSheets].map(sheet => [...sheet.cssRules].map(rule => rule.cssText).join('\n')).join('\n');

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
  to.querySelectorAll('datalist').forEach(one => one.remove());
  to.querySelectorAll('button, select, input, textarea').forEach(one => one.setAttribute('tabindex', '-1'));
  to.querySelectorAll('input, textarea').forEach(one => one.setAttribute('readonly', ''));
}

/** The marks of templates. */
function uncomment(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const marks = [];
  while (walker.nextNode()) {
    marks.push(walker.currentNode);
  }
  marks.forEach(mark => mark.remove());
}

/** The file's text: the root of the page, its style, and where it came from in words. */
export function file() {
  const saved = document.implementation.createHTMLDocument(document.title);
  const app = document.getElementById('app').cloneNode(true);
  freeze(document.getElementById('app'), app);
  uncomment(app);
  saved.documentElement.lang = 'en';
  saved.head.prepend(
    element('meta', { charset: 'utf-8' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'generator', content: 'Lucerna explorer' }),
  );
  saved.head.append(element('style', {}, sheets() + INERT));
  saved.body.append(
    saved.adoptNode(app),
    element('p', { class: 'quiet' }, `Saved from Lucerna's explorer; its state: ${location.hash.slice(1) || 'as it starts'}`),
  );
  return '<!doctype html>\n' + saved.documentElement.outerHTML + '\n';
}

/** A name that says what it is of, for all file systems. */
const named = () => document.title.replace(/ · Lucerna$/, '').replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60).replace(/^-|-$/g, '') || 'explorer';

/** Hands the file to the person. */
export function save() {
  const address = URL.createObjectURL(new Blob([file()], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `lucerna-${named()}.html`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
