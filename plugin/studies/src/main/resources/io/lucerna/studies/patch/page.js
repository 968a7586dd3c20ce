'use strict';
(() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const data = JSON.parse(document.getElementById('data').textContent);
  const choices = ['direction', 'statistic', 'stratum'].map(id => document.getElementById(id));
  const tip = document.getElementById('tip');
  const table = document.getElementById('cells');
  let rows = [];
  let sorted = {column: -1, down: true};

  const chosen = () => {
    const direction = data.directions[choices[0].value];
    const level = direction.levels[choices[2].value];
    const [value, lower, upper] = level.values[data.aggregates[choices[1].value]];
    return {direction, level, value, lower, upper};
  };

  // As many decimals as make two digits of the largest number.
  const form = (limit, more = 0) => {
    const digits = Math.floor(Math.log10(limit) + 1e-9);
    const decimals = Math.min(Math.max((limit >= 1 ? 2 : 1) - digits, 0), 6) + more;
    return number => {
      const text = Math.abs(number).toFixed(decimals);
      if (/^[0.]*$/.test(text)) {
        return '0';
      }
      return (number < 0 ? '\u2212' : '') + text.replace(/^0\./, '.');
    };
  };

  // The largest size, rounded up to two digits.
  const limitOf = values => {
    const largest = Math.max(0, ...values.filter(v => v !== null).map(Math.abs));
    if (largest === 0) {
      return 1;
    }
    const unit = 10 ** (Math.floor(Math.log10(largest)) - 1);
    return Math.ceil(largest / unit - 1e-9) * unit;
  };

  const long = number => number === null ? '' : number.toFixed(4).replace('-', '\u2212');
  const excludesZero = (lower, upper) => lower !== null && upper !== null && (lower > 0 || upper < 0);

  const element = (parent, name, attributes, text) => {
    const made = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.textContent = text;
    parent.append(made);
  };

  const paint = () => {
    const {direction, level, value, lower, upper} = chosen();
    document.querySelectorAll('[data-direction]').forEach(figure => {
      figure.hidden = figure.dataset.direction !== direction.name;
    });
    const svg = document.getElementById('map-' + direction.name);
    const limit = limitOf(value);
    const print = form(limit);
    const index = new Map(direction.ids.map((id, i) => [String(id), i]));
    svg.querySelectorAll('text[data-text]:not([data-text^=t]):not([data-text^=s]), [data-mark]:not([data-mark=key])')
        .forEach(old => old.remove());
    svg.querySelectorAll('rect[data-cell]').forEach(cell => {
      const i = index.get(cell.dataset.cell);
      if (i === undefined) {
        return;
      }
      const v = value[i];
      if (v === null) {
        cell.setAttribute('fill', `url(#${svg.id}-none)`);
        return;
      }
      const colour = Math.round((Math.min(Math.max(v / limit, -1), 1) + 1) / 2 * (data.palette.length - 1));
      cell.setAttribute('fill', data.palette[colour]);
      const ink = data.ink[colour] === 'w' ? '#ffffff' : '#000000';
      const [x, y, width, height] = ['x', 'y', 'width', 'height'].map(a => Number(cell.getAttribute(a)));
      const wide = width >= 24;
      if (excludesZero(lower[i], upper[i])) {
        const inset = wide ? 2.9 : 2.3;
        element(svg, 'circle', {cx: x + width - inset, cy: y + inset, r: wide ? 1.4 : 1.2, fill: ink, 'data-mark': i,
          'pointer-events': 'none'}, '');
      }
      if (wide) {
        element(svg, 'text', {x: x + width / 2, y: y + height / 2 + 3.4, 'font-size': 8, 'text-anchor': 'middle', fill: ink,
          'data-text': i, 'pointer-events': 'none'}, print(v));
      }
    });
    svg.querySelectorAll('[data-text^="tick:"]').forEach(tick => {
      const at = Number(tick.dataset.text.slice(5)) * limit;
      const finer = form(limit, 1)(at);
      tick.textContent = finer.includes('.') && finer.endsWith('0') ? print(at) : finer;
    });
    const aggregate = data.aggregates[choices[1].value].replaceAll('-', ' ');
    svg.querySelector('[data-text=subtitle-1]').textContent = aggregate + ', ' + level.label;
    document.getElementById('about').textContent =
        `${level.pairs} pairs of ${level.queries} queries; mean change of the score ${long(level.change[0])}. `
        + 'A dot marks cells whose 95% interval excludes 0.';
    rows = direction.ids.map((id, i) => [...direction.labels[i], value[i], lower[i], upper[i], level.n[i]]);
    fill();
  };

  const compare = (a, b) => {
    if (a === null || b === null) {
      return (a === null) - (b === null);
    }
    const x = Number(a);
    const y = Number(b);
    return Number.isNaN(x) || Number.isNaN(y) ? String(a).localeCompare(String(b)) : x - y;
  };

  const fill = () => {
    const shown = [...rows];
    const {column, down} = sorted;
    if (column >= 0) {
      shown.sort((a, b) => a[column] === null || b[column] === null
          ? compare(a[column], b[column]) : (down ? -1 : 1) * compare(a[column], b[column]));
    }
    table.tBodies[0].replaceChildren(...shown.map(row => {
      const line = document.createElement('tr');
      row.forEach((cell, i) => {
        const number = i >= data.columns.length && i < row.length - 1;
        line.insertCell().textContent = number ? long(cell) : cell;
      });
      return line;
    }));
    table.querySelectorAll('thead th').forEach((head, i) => {
      head.setAttribute('aria-sort', i !== column ? 'none' : down ? 'descending' : 'ascending');
    });
  };

  table.querySelectorAll('thead button').forEach((button, i) => button.addEventListener('click', () => {
    sorted = {column: i, down: sorted.column === i ? !sorted.down : i >= data.columns.length};
    fill();
  }));

  const describe = cell => {
    const {direction, level, value, lower, upper} = chosen();
    const i = direction.ids.indexOf(Number(cell.dataset.cell));
    const number = value[i] === null ? 'not defined' : long(value[i]);
    const interval = lower[i] === null ? '' : ` [${long(lower[i])}, ${long(upper[i])}]`;
    return `${direction.words[i]}: ${number}${interval}, ${level.n[i]} pairs`;
  };

  document.querySelectorAll('[data-direction] rect[data-cell]:not([data-cell=key])').forEach(cell => {
    // The page's own note takes the place of the browser's.
    cell.replaceChildren();
    cell.addEventListener('pointermove', event => {
      tip.textContent = describe(cell);
      tip.hidden = false;
      tip.style.left = `${Math.min(event.pageX + 14, document.documentElement.clientWidth - 240)}px`;
      tip.style.top = `${event.pageY + 14}px`;
    });
    cell.addEventListener('pointerleave', () => { tip.hidden = true; });
  });

  // Each direction, and each perturbation, has its own strata.
  const strata = () => {
    const name = option => option?.text.replace(/ \(.*/, '');
    const before = name(choices[2].selectedOptions[0]);
    const levels = data.directions[choices[0].value].levels;
    choices[2].replaceChildren(...levels.map((level, i) => new Option(level.label, i)));
    choices[2].selectedIndex = Math.max(0, [...choices[2].options].findIndex(o => name(o) === before));
  };

  choices[0].addEventListener('change', strata);
  choices.forEach(choice => choice.addEventListener('change', paint));
  choices.forEach(choice => { choice.selectedIndex = 0; });
  paint();
})();
