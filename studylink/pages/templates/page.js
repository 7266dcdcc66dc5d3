"use strict";
// Search: of the items of a page only those stay that hold every word; what holds none of them goes.
const box = document.getElementById("search");
const found = document.getElementById("found");
const items = [...document.querySelectorAll(".item")].map((element) => ({
  element,
  text: element.textContent.toLowerCase(),
}));
const groups = [...document.querySelectorAll(".group")];
const asides = [...document.querySelectorAll(".aside")];

function search() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let left = 0;
  for (const { element, text } of items) {
    element.hidden = !words.every((word) => text.includes(word));
    left += !element.hidden;
  }
  for (const group of groups) {
    group.hidden = words.length > 0 && !group.querySelector(".item:not([hidden])");
  }
  for (const aside of asides) aside.hidden = words.length > 0;
  found.textContent = words.length ? `${left} of ${items.length} found` : "";
}

function clear() {
  box.value = "";
  search();
}

box.addEventListener("input", search);
box.form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) {
    event.preventDefault();
    box.focus();
  } else if (event.key === "Escape" && document.activeElement === box) {
    clear();
  }
});
// a link may lead to what the search hides
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && box.value && document.getElementById(link.hash.slice(1))?.closest("[hidden]")) clear();
});
let closed = [];
window.addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const details of closed) details.open = true;
});
window.addEventListener("afterprint", () => {
  for (const details of closed) details.open = false;
});
if (box.value) search();
