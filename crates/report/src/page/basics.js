// Elements and texts. Whatever comes from the report goes in as text: nothing in this page parses markup from data.

/**
 * Sets attributes and listeners (`onclick: f`) of an element and appends children.
 * @param {Element} element
 * @param {Object<string, *>} attributes `null`, `undefined` and `false` leave an attribute out
 * @param {Array<Node|string|null|Array>} children
 */
function furnish(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/** Makes an HTML element. @returns {HTMLElement} */
function make(tag, attributes, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** Makes an SVG element. @returns {SVGElement} */
function makeSvg(tag, attributes, ...children) {
  return furnish(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** @returns {number} `value`, or the nearer of the two ends. */
function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** First place in a sorted array whose value is not below `value`. */
function lowerBound(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Line breaks become signs; marks that turn the writing direction of their surroundings go. */
function flatten(text) {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, '')
    .replace(/[\r\n\u2028\u2029]+/g, '⏎')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}

/** One line of at most `max` characters. Cuts between code points, so that no emoji is torn. */
function cut(text, max) {
  const start = Array.from(flatten(text.slice(0, 4 * max + 8)));
  const isWhole = text.length <= 4 * max + 8 && start.length <= max;
  return isWhole ? start.join('') : start.slice(0, max - 1).join('') + '…';
}

/** `text` kept apart from its neighbours' writing direction, for canvas and attributes. */
function isolated(text) {
  return '\u2068' + text + '\u2069';
}

/** Shows a text in full. */
function openFullText(title, text) {
  const close = make('button', { type: 'button', onclick: () => dialog.close() }, 'Close');
  const body = make('pre', { class: 'full-text', dir: 'auto', tabindex: '0', 'aria-label': title }, text);
  const dialog = make('dialog', { 'aria-label': title }, body, close);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * A text of any length in the room of `max` characters, with a button for the rest if it is longer.
 * @returns {HTMLElement}
 */
function shortText(text, max = 36) {
  const short = cut(text, max);
  const shown = make('bdi', { class: 'name' }, short);
  if (short === text) return shown;
  const label = `Show ${isolated(cut(text, 24))} in full`;
  const open = (event) => {
    event.stopPropagation();
    openFullText(`Full text, ${formatCount(text.length)} characters`, text);
  };
  return make(
    'span',
    {},
    shown,
    ' ',
    make('button', { type: 'button', class: 'more', 'aria-label': label, onclick: open }, 'full'),
  );
}

/** A sentence where there would be nothing. */
function emptyState(sentence) {
  return make('p', { class: 'empty' }, sentence);
}

/** A labelled `<select>`. `groups` is a list of `[group label or '', [[value, text], ...]]`. */
function makeSelect(id, label, groups, value, onChange) {
  const select = make('select', { id });
  for (const [groupLabel, options] of groups) {
    const nodes = options.map(([key, text]) => make('option', { value: key }, text));
    if (groupLabel) select.append(make('optgroup', { label: groupLabel }, nodes));
    else select.append(...nodes);
  }
  select.value = value;
  select.addEventListener('change', () => onChange(select.value));
  return make('span', { class: 'field' }, make('label', { for: id }, label), select);
}

/** A labelled check box. */
function makeCheck(id, label, isChecked, onChange) {
  const box = make('input', { id, type: 'checkbox' });
  box.checked = isChecked;
  box.addEventListener('change', () => onChange(box.checked));
  return make('span', { class: 'field' }, box, make('label', { for: id }, label));
}

/** A button; `label` is what is read out where `text` is only a sign. */
function makeButton(id, text, label, onClick) {
  return make(
    'button',
    {
      id,
      type: 'button',
      'aria-label': label === text ? null : label,
      title: label === text ? null : label,
      onclick: onClick,
    },
    text,
  );
}
