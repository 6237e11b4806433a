// Canvases that are as sharp as the screen, and that are painted only while somebody can see them.

/**
 * A canvas that paints itself.
 * @param {Object} options
 * @param {string} options.id
 * @param {string} options.label what readers of the screen hear
 * @param {function(number): number} options.height height in CSS pixels for a width
 * @param {function(CanvasRenderingContext2D, number, number): void} options.paint in CSS pixels
 * @param {boolean} [options.isInteractive] can have the keyboard
 * @returns {{canvas: HTMLCanvasElement, box: HTMLElement, refresh: function(): void, size: {width: number, height: number}}}
 */
function paintedCanvas(scope, options) {
  const role = options.isInteractive ? 'application' : 'img';
  const canvas = make('canvas', {
    id: options.id,
    role,
    'aria-label': options.label,
    tabindex: options.isInteractive ? '0' : null,
  });
  const box = make('div', { class: 'canvas-box' }, canvas);
  const size = { width: 0, height: 0 };
  const state = { isVisible: false, isDirty: true, frame: 0 };
  const paint = () => {
    state.frame = 0;
    state.isDirty = false;
    paintCanvas(canvas, box, size, options);
  };
  const refresh = () => {
    state.isDirty = true;
    if (state.isVisible && !state.frame) state.frame = requestAnimationFrame(paint);
  };
  const seen = new IntersectionObserver(
    (entries) => {
      state.isVisible = entries[entries.length - 1].isIntersecting;
      if (state.isVisible && state.isDirty) refresh();
    },
    { rootMargin: '200px' },
  );
  const resized = new ResizeObserver(() => {
    if (Math.abs(box.clientWidth - size.width) > 0.5) sizeCanvas(canvas, box, size, options, refresh);
  });
  seen.observe(canvas);
  resized.observe(box);
  scope.keep(() => {
    seen.disconnect();
    resized.disconnect();
    cancelAnimationFrame(state.frame);
  });
  scope.listen('theme', refresh);
  scope.listen('print', () => {
    sizeCanvas(canvas, box, size, options, () => {});
    paint();
  });
  return { canvas, box, refresh, size };
}

function sizeCanvas(canvas, box, size, options, refresh) {
  size.width = box.clientWidth;
  size.height = Math.round(options.height(size.width));
  canvas.style.height = `${size.height}px`;
  refresh();
}

function paintCanvas(canvas, box, size, options) {
  if (size.width < 1) size.width = box.clientWidth;
  if (size.width < 1) return;
  size.height = Math.round(options.height(size.width));
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.height = `${size.height}px`;
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  options.paint(context, size.width, size.height);
}

/** Writes text on a plate of the ground's colour, so that lines behind do not strike it out. */
function paintPlate(context, text, x, y) {
  const theme = currentTheme();
  const {
    actualBoundingBoxLeft: left,
    actualBoundingBoxRight: right,
    actualBoundingBoxAscent: up,
    actualBoundingBoxDescent: down,
  } = context.measureText(text);
  context.fillStyle = theme.surface;
  context.globalAlpha = 0.85;
  context.fillRect(x - left - 3, y - up - 2, left + right + 6, up + down + 4);
  context.globalAlpha = 1;
  context.fillStyle = theme.ink;
  context.fillText(text, x, y);
}

/** Writes text, cut to `room` pixels. */
function paintText(context, text, x, y, room = Infinity) {
  let short = text;
  if (context.measureText(short).width > room) {
    let characters = Array.from(short);
    while (characters.length > 1 && context.measureText(characters.join('') + '…').width > room) {
      characters = characters.slice(0, Math.min(characters.length - 1, Math.ceil(characters.length * 0.9)));
    }
    if (characters.length < 2 && room < 12) return;
    short = characters.join('') + '…';
  }
  context.fillText(isolated(short), x, y);
}
