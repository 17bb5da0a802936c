// The mapping editor: the result follows what is typed. Without it, the button "Try it" does the same.
"use strict";

const editor = document.querySelector("[data-try]");
if (editor) {
  const said = document.querySelector("[data-said]");
  const result = document.querySelector("[data-result]");
  const event = document.querySelector("[data-event]");
  let timer, asked = 0;

  const show = (answer) => {
    event.textContent = answer.event || "–";
    said.replaceChildren();
    if (answer.ok) {
      result.textContent = answer.result;
      return;
    }
    const place = document.createElement("strong");
    place.className = "bad";
    place.textContent = answer.where + (answer.line ? ` (${said.dataset.line} ${answer.line})` : "");
    said.append(place, ` ${answer.detail}`);
  };

  const ask = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(editor.dataset.try, { method: "POST", body: new FormData(editor) });
      if (!answer.ok || answer.redirected) return;
      const told = await answer.json();
      if (mine === asked) show(told); // an answer that was overtaken says nothing
    } catch { /* the line is down; the button still works */ }
  };

  editor.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 250);
  });
  // Another type has other events to choose from: those come with the page.
  editor.elements.type.addEventListener("change", () => editor.querySelector("[value=try]").click());
}
