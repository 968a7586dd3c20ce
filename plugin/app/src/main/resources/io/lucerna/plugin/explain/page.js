'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const panel = document.getElementById('row');
  const middle = (data.colours.length - 1) / 2;

  const number = value => (value < 0 ? '\u2212' : '+') + Math.abs(value).toFixed(4);
  const sum = values => values.reduce((a, b) => a + b, 0);
  const limitOf = values => Math.max(1e-12, ...values.map(Math.abs));

  const paint = (element, value, limit) => {
    const place = Math.round(middle * (1 + Math.min(1, Math.max(-1, value / limit))));
    [element.style.background, element.style.color] = data.colours[place];
  };

  const add = (parent, name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    parent.append(made);
    return made;
  };

  const buttons = (within, kind) => [...within.querySelectorAll('button.' + kind)];

  // Everything as it was written.
  const own = () => {
    document.querySelectorAll('section.doc button').forEach(button => {
      button.style.background = button.dataset.background;
      button.style.color = button.dataset.color;
      button.classList.remove('on', 'taken');
    });
  };

  const show = (title, parts) => {
    panel.replaceChildren();
    add(panel, 'h2', '', title);
    const largest = [...parts].sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
    const limit = limitOf(parts.map(part => part[1]));
    const list = add(panel, 'ol', '', '');
    const line = (name, value, coloured) => {
      const item = add(list, 'li', '', '');
      const chip = add(item, 'span', 'chip', number(value));
      if (coloured) {
        paint(chip, value, limit);
      }
      add(item, 'span', 'what', name);
    };
    largest.slice(0, data.shown).forEach(([name, value]) => line(name, value, true));
    if (largest.length > data.shown) {
      const rest = largest.slice(data.shown);
      line(`${rest.length} others`, sum(rest.map(part => part[1])), false);
    }
  };

  const recolour = (elements, values) => {
    const limit = limitOf(values);
    elements.forEach((element, i) => paint(element, values[i], limit));
  };

  const word = (docElement, doc, sideElement, side, n) => {
    const column = side.by_component.map(row => row[n]);
    const parts = side.components.map((name, i) => ['through ' + name, column[i] || 0]);
    parts.push(['straight', side.straight[n]]);
    recolour(buttons(sideElement, 'c'), side.components.map((name, i) => column[i] || 0));
    const last = docElement.querySelector('.side:last-of-type');
    if (doc.meeting && !doc.of_terms && side.name === 'query') {
      const row = doc.meeting[n];
      const passage = doc.sides[doc.sides.length - 1];
      const there = buttons(last, 'w');
      recolour(there, row);
      if (doc.taken) {
        doc.taken[n].forEach(taken => there[taken].classList.add('taken'));
        parts.length = 0;
        parts.push(...passage.words.map((text, i) => ['times ' + text, row[i]]));
        const taken = doc.taken[n].map(one => passage.words[one]).join(', ');
        show(`${side.words[n]} (query of ${doc.docid}) takes ${taken}`, parts);
        return;
      }
    }
    show(`${side.words[n]} (${side.name} of ${doc.docid}) adds ${number(side.adds[n])}`, parts);
  };

  const component = (doc, sideElement, side, n) => {
    const row = side.by_component[n] || side.words.map(() => 0);
    recolour(buttons(sideElement, 'w'), row);
    const parts = side.words.map((text, i) => [text, row[i]]);
    parts.push(['biases', side.component_biases[n] || 0]);
    show(`${side.components[n]} (${side.name} of ${doc.docid}) adds ${number(side.component_adds[n])}`, parts);
  };

  const term = (docElement, doc, n, text, adds) => {
    const passage = doc.sides[doc.sides.length - 1];
    recolour(buttons(docElement.querySelector('.side:last-of-type'), 'w'), doc.meeting[n]);
    const parts = passage.words.map((one, i) => [one, doc.meeting[n][i]]);
    parts.push(['biases', adds - sum(doc.meeting[n])]);
    show(`the term ${text} adds ${number(adds)}`, parts);
  };

  const choose = button => {
    own();
    button.classList.add('on');
    const docElement = button.closest('section.doc');
    const doc = data.docs[docElement.dataset.doc];
    const n = Number(button.dataset.n);
    const sideElement = button.closest('.side');
    const side = sideElement && doc.sides[sideElement.dataset.side];
    if (button.classList.contains('t')) {
      term(docElement, doc, n, button.textContent, Number(button.dataset.adds));
    } else if (button.classList.contains('w')) {
      word(docElement, doc, sideElement, side, n);
    } else {
      component(doc, sideElement, side, n);
    }
  };

  document.querySelectorAll('section.doc button').forEach(button => {
    button.dataset.background = button.style.background;
    button.dataset.color = button.style.color;
    button.addEventListener('pointerenter', () => choose(button));
    button.addEventListener('focus', () => choose(button));
    button.addEventListener('click', () => choose(button));
  });
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      own();
    }
  });
  document.querySelectorAll('section.doc').forEach(section => {
    section.addEventListener('pointerleave', () => {
      const focused = section.querySelector('button:focus');
      if (focused) {
        choose(focused);
      } else {
        own();
      }
    });
  });
})();
