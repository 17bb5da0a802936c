// What the admin does beyond forms and links. Nothing breaks without it.
"use strict";

// Lists and tables on narrow screens: every cell knows the head of its column.
const stackTables = (part) => {
  for (const table of part.querySelectorAll("#result_list, .scroll > table:not(.entries, .versions, .differences)")) {
    if (!table.tHead) continue;
    const heads = [...table.tHead.rows[0].cells].map((th) => th.textContent.trim());
    table.classList.add("stack");
    for (const row of table.tBodies[0]?.rows ?? []) {
      [...row.cells].forEach((cell, i) => {
        if (heads[i]) cell.dataset.label = heads[i];
        cell.classList.toggle("blank", !cell.firstElementChild && !cell.textContent.trim());
      });
    }
  }
};
stackTables(document);

// Figures that change: fetch them again every few seconds while the page is looked at.
for (const figures of document.querySelectorAll("[data-refresh]")) {
  const timer = setInterval(async () => {
    if (document.hidden || figures.contains(document.activeElement)) return;
    try {
      const answer = await fetch(figures.dataset.refresh, { headers: { Accept: "text/html", "X-Background": "1" } });
      if (answer.redirected) return void location.reload();  // logged out meanwhile
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const unfolded = [...figures.querySelectorAll("details")].map((one) => one.open);
      figures.replaceChildren(...page.body.childNodes);
      stackTables(figures);
      if (figures.querySelector("[data-settled]")) return void location.reload();  // what stands around it ended too
      figures.querySelectorAll("details").forEach((one, i) => { one.open = unfolded[i] ?? one.open; });
    } catch { /* the line is down; the page says of when its figures are */ }
  }, Number(figures.dataset.every) * 1000);
}

// Lists: a filter shows its result when it is chosen; empty ones stay out of the address.
for (const form of document.querySelectorAll("[data-autosubmit]")) {
  form.addEventListener("change", (event) => {
    if (event.target.tagName === "SELECT") form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
}
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("[data-autosubmit] :disabled")) field.disabled = false;
});

// Lists whose rows can be ticked: the buttons appear with the first tick.
const bulk = document.querySelector(".bulk");
if (bulk) {
  const form = bulk.closest("form");
  const boxes = () => [...form.querySelectorAll("[name=chosen]")];
  const everywhere = bulk.querySelector("[name=all]");
  const all = bulk.querySelector("[data-tick-all]");
  const says = bulk.querySelector("[data-ticked]");
  const count = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    const any = ticked > 0 || Boolean(everywhere?.checked);
    bulk.classList.toggle("idle", !any);
    says.textContent = everywhere?.checked ? "" : `${says.dataset.ticked} ${ticked}`;
    all.firstElementChild.checked = ticked > 0 && ticked === boxes().length;
  };
  all.hidden = false;
  all.addEventListener("change", (event) => {
    for (const box of boxes()) box.checked = event.target.checked;
  });
  form.addEventListener("change", count);
  addEventListener("pageshow", count);
  count();
}

// Pages to be printed.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Filters on narrow screens: those not in use are put away, so that the list begins in sight.
for (const form of document.querySelectorAll(".finder:has(.unfold)")) {
  form.classList.add("folded");
  form.querySelector(".unfold").addEventListener("click", () => form.classList.remove("folded"));
}

// Numbers people quote: one click copies them.
if (navigator.clipboard) {
  for (const text of document.querySelectorAll(".copyable")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.title = button.ariaLabel = document.documentElement.lang === "de" ? "Kopieren" : "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent.trim());
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), 1200);
    });
    text.after(button);
  }
}

// Forms whose fields belong to an answer elsewhere in the form: the others are put away.
const choosers = new Set();
const fitting = [...document.querySelectorAll("[data-shown-for]")].map((field) => {
  const [name, answers] = field.dataset.shownFor.split("=");
  const chooser = document.getElementById(`id_${name}`);
  if (chooser) choosers.add(chooser);
  return { row: field.closest(".row"), chooser, answers: answers.split(",") };
}).filter(({ row, chooser }) => row && chooser);
const showFitting = () => {
  for (const { row, chooser, answers } of fitting) {
    const said = chooser.value ?? chooser.querySelector(":checked")?.value;
    row.hidden = !answers.includes(said) && !row.classList.contains("wrong");
  }
  for (const panel of new Set(fitting.map(({ row }) => row.closest(".panel")))) {
    panel.hidden = [...panel.querySelectorAll(".row")].every((row) => row.hidden);
  }
};
for (const chooser of choosers) chooser.addEventListener("change", showFitting);
addEventListener("pageshow", showFitting);
showFitting();
