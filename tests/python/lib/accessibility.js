// What of WCAG 2.2 AA can be read off a page: names, structure, contrast, size of targets, width.
() => {
  const faults = [];
  const fault = (what, element) =>
    faults.push(`${what}: ${element.tagName} ${element.id || (element.textContent || "").trim().slice(0, 40)}`);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });

  if (document.documentElement.lang !== "en-GB") faults.push("no language");
  if (!document.title) faults.push("no title");
  for (const landmark of ["header", "nav", "main", "footer"])
    if (all(`body > ${landmark}, .layout > ${landmark}`).length !== 1) faults.push(`landmark ${landmark}`);

  const ids = all("[id]").map((element) => element.id);
  for (const id of new Set(ids)) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`id twice: ${id}`);
  for (const link of all("a[href^='#']"))
    if (!document.getElementById(decodeURIComponent(link.hash.slice(1)))) fault("leads nowhere", link);

  let last = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const level = Number(heading.tagName[1]);
    if (level > last + 1) fault("heading skips a level", heading);
    if (!heading.textContent.trim()) fault("empty heading", heading);
    last = level;
  }
  if (all("h1").length !== 1) faults.push("not one h1");

  for (const input of all("input")) if (!input.labels.length) fault("no label", input);
  for (const named of all("svg, [role=region], nav")) if (!named.getAttribute("aria-label")) fault("no name", named);
  for (const link of all("a, summary, button")) if (!link.textContent.trim()) fault("no text", link);
  for (const table of all("table")) if (!table.caption?.textContent.trim()) fault("no caption", table);
  for (const cell of all("th")) if (!cell.scope) fault("no scope", cell);
  for (const scrolls of all(".scroll, pre")) if (scrolls.tabIndex !== 0) fault("no keyboard reaches it", scrolls);

  for (const target of all("a, input, summary, button")) {
    const { width, height } = target.getBoundingClientRect();
    const isInText = target.closest("p");
    if (isSeen(target) && !isInText && Math.min(width, height) < 24) fault("target under 24 pixels", target);
  }

  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).slice(0, 3).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((channels(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const seen = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || ["SCRIPT", "STYLE"].includes(element.tagName) || !isSeen(element)) continue;
    const style = getComputedStyle(element);
    const colour = element.closest("svg") ? style.fill : style.color;
    const background = backgroundOf(element);
    const [light, dark] = [luminance(colour), luminance(background)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const kind = `${colour} on ${background}`;
    if (ratio < 4.5 && !seen.has(kind)) {
      seen.add(kind);
      fault(`contrast ${ratio.toFixed(2)}, ${kind}`, element);
    }
  }

  const beyond = document.documentElement.scrollWidth - window.innerWidth;
  if (beyond > 0) faults.push(`${beyond} pixels wider than the window`);
  return faults;
}
