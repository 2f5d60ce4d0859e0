"use strict";
// The little Markdown a phone shows, as nodes: nothing of it is ever read as HTML.

const INLINE = /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|<font color="?(\w+)"?>(.*?)<\/font>|<@([^>\s]+)>/g;
const COLOURS = new Set(["info", "comment", "warning"]);

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function inline(parent, text, mentions) {
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    parent.append(text.slice(from, found.index));
    from = found.index + found[0].length;
    const [, bold, code, label, address, colour, coloured, person] = found;
    if (bold) parent.append(element("strong", bold));
    else if (code) parent.append(element("code", code));
    else if (label) parent.append(link(label, address));
    else if (person) parent.append(mentions.includes(person) ? element("b", "@" + person) : found[0]);
    else parent.append(element("span", coloured, COLOURS.has(colour) ? colour : ""));
  }
  parent.append(text.slice(from));
}

function link(label, address) {
  const made = element("a", label);
  if (/^https?:\/\//.test(address)) {
    made.href = address;
    made.rel = "noreferrer noopener";
    made.target = "_blank";
  }
  return made;
}

function markdown(text, mentions) {
  const whole = element("div", "", "markdown");
  for (const line of text.split("\n")) {
    const heading = /^(#{1,6})\s+(.*)/.exec(line);
    const quote = /^>\s?(.*)/.exec(line);
    const item = /^\s*(?:[-*]|\d+\.)\s+(.*)/.exec(line);
    const row = element("p", "", heading ? "heading" : quote ? "quote" : item ? "item" : "");
    inline(row, heading ? heading[2] : quote ? quote[1] : line, mentions);
    whole.append(row);
  }
  return whole;
}

// Plain text, in which apps may link.
function plain(text) {
  const whole = element("p", "", "plain");
  let from = 0;
  for (const found of text.matchAll(/<a href="([^"]*)">(.*?)<\/a>/g)) {
    whole.append(text.slice(from, found.index), link(found[2], found[1]));
    from = found.index + found[0].length;
  }
  whole.append(text.slice(from));
  return whole;
}
