'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const box = id => document.getElementById(id);
  const tip = box('tip');

  const show = (mark, x, y) => {
    tip.textContent = mark.getAttribute('aria-label');
    tip.hidden = false;
    tip.style.left = `${Math.max(0, Math.min(x + 14, document.documentElement.clientWidth - 300))}px`;
    tip.style.top = `${y + 14}px`;
  };
  const hide = () => { tip.hidden = true; };

  // Marks say their numbers to a pointer and to the keyboard: Tab enters a picture, arrows go on inside.
  const wake = svg => {
    svg.setAttribute('role', 'group');
    svg.setAttribute('aria-label', svg.querySelector('title').textContent);
    const marks = [...svg.querySelectorAll('[data-cell]:not([data-cell=key]), [data-line]')];
    marks.forEach((mark, i) => {
      mark.setAttribute('aria-label', mark.querySelector('title').textContent);
      mark.replaceChildren();
      mark.setAttribute('role', 'img');
      mark.setAttribute('tabindex', i === 0 ? '0' : '-1');
      mark.addEventListener('pointermove', event => show(mark, event.pageX, event.pageY));
      mark.addEventListener('pointerleave', hide);
      mark.addEventListener('blur', hide);
      mark.addEventListener('focus', () => {
        const place = mark.getBoundingClientRect();
        show(mark, place.right + window.scrollX, place.bottom + window.scrollY);
      });
      mark.addEventListener('keydown', event => {
        const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
        const next = marks[i + step];
        if (next) {
          event.preventDefault();
          mark.setAttribute('tabindex', '-1');
          next.setAttribute('tabindex', '0');
          next.focus();
        } else if (event.key === 'Escape') {
          hide();
        }
      });
    });
  };

  const put = (figure, text) => {
    figure.replaceChildren();
    if (text) {
      figure.append(document.importNode(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement, true));
      wake(figure.firstElementChild);
    }
  };

  const pictures = async condition => {
    const bytes = Uint8Array.from(atob(data.conditions[condition].pictures), c => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return JSON.parse(await new Response(stream).text());
  };

  let asked = 0;
  const draw = async () => {
    const mine = ++asked;
    const all = await pictures(box('condition').value);
    if (mine === asked) {
      put(box('changes-figure'), all.changes[box('measure').value]);
      put(box('ranks-figure'), all.ranks[box('topic').value]);
      hide();
    }
  };

  const measure = () => document.querySelectorAll('[data-measure]').forEach(table => {
    table.hidden = table.dataset.measure !== box('measure').value;
  });

  const topics = () => box('topic').replaceChildren(...data.conditions[box('condition').value].topics.map((topic, i) => {
    const option = document.createElement('option');
    option.value = i;
    option.textContent = topic;
    return option;
  }));

  document.querySelectorAll('.comparison').forEach(table => {
    const heads = [...table.querySelectorAll('thead th')];
    heads.forEach((head, column) => head.firstElementChild.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'none' ? column > 0 : head.getAttribute('aria-sort') === 'ascending';
      heads.forEach(h => h.setAttribute('aria-sort', h !== head ? 'none' : down ? 'descending' : 'ascending'));
      const value = row => row.cells[column].dataset.value;
      // Numbers that are not defined come last either way.
      table.tBodies[0].append(...[...table.rows].slice(1).sort((a, b) => value(a) === '' || value(b) === ''
          ? (value(a) === '') - (value(b) === '') : (down ? -1 : 1) * (Number(value(a)) - Number(value(b)))));
    }));
  });

  document.querySelectorAll('.figure svg').forEach(wake);
  box('measure').addEventListener('change', measure);
  measure();
  if (box('condition')) {
    box('measure').addEventListener('change', draw);
    box('condition').addEventListener('change', () => { topics(); draw(); });
    box('topic').addEventListener('change', draw);
  }
})();
