// Texts whose colour differs too little from what lies behind them, one a line: at least 4.5 to 1, or
// 3 to 1 where letters are large. What is switched off need not be read.
(() => {
  const numbers = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const over = (top, below) => { const a = top[3] ?? 1; return [0, 1, 2].map((i) => top[i] * a + below[i] * (1 - a)); };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => { const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b); return (light + 0.05) / (dark + 0.05); };
  const painted = (element) => {
    const style = getComputedStyle(element);
    if (element instanceof SVGElement && !(element instanceof SVGSVGElement)) {
      const colour = numbers(style.fill);
      return style.fill === "none" || colour.length < 3 ? null : [...colour.slice(0, 3), (colour[3] ?? 1) * Number(style.fillOpacity) * Number(style.opacity)];
    }
    const colour = numbers(style.backgroundColor);
    return colour.length < 3 ? null : [...colour.slice(0, 3), colour[3] ?? 1];
  };
  const behind = (element, x, y) => {
    const stack = document.elementsFromPoint(x, y);
    const from = stack.findIndex((other) => other === element || element.contains(other));
    if (from < 0) return null;
    let colour = numbers(getComputedStyle(document.body).backgroundColor).slice(0, 3);
    for (const other of stack.slice(from + 1).reverse()) { const paint = /^(text|tspan)$/.test(other.tagName) ? null : painted(other); if (paint) colour = over(paint, colour); }
    if (!(element instanceof SVGElement)) { const paint = painted(element); if (paint) colour = over(paint, colour); }
    return colour;
  };
  const weak = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || element.disabled || element.closest(".gone, option, noscript, title, [hidden]")) continue;
    const box = element.getBoundingClientRect();
    const at = [box.x + Math.min(box.width / 2, 12), box.y + box.height / 2];
    if (!box.width || at[0] < 0 || at[1] < 0 || at[0] > innerWidth || at[1] > innerHeight) continue;
    const below = behind(element, ...at);
    if (!below) continue;
    const style = getComputedStyle(element);
    const text = over(numbers(element instanceof SVGElement ? style.fill : style.color), below);
    const size = parseFloat(style.fontSize);
    const enough = size >= 24 || (size >= 18.6 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const found = ratio(text, below);
    if (found < enough) weak.add(`${found.toFixed(2)} ${element.tagName} ${element.getAttribute("class") ?? ""}: ${element.textContent.slice(0, 30)}`);
  }
  return [...weak].join("\n");
})()
