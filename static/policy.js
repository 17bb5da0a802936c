// The form of a policy: tables get further rows. Without it, saving gives another empty row.
"use strict";

for (const button of document.querySelectorAll("[data-add-row]")) {
  const place = button.parentElement;
  const rows = place.querySelector("[data-rows]");
  const blank = place.querySelector("template[data-blank]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const row = blank.content.querySelector("tr").cloneNode(true);
    const number = rows.rows.length;
    for (const field of row.querySelectorAll("[name]")) field.name = field.name.replace("[9999]", `[${number}]`);
    for (const field of row.querySelectorAll("[id]")) field.id = field.id.replace("_9999_", `_${number}_`);
    rows.append(row);
    row.querySelector("input, select, textarea").focus();
  });
}
