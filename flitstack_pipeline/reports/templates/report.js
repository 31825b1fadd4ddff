"use strict";
// Search, filter, sort and paging for the tables of a report. Without this script every row is simply there.
(() => {
  const PAGE = 100;
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const tables = new Map();

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value ?? cell.textContent.trim();
  };

  function enhance(table) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...body.rows].map((row) => ({ row, text: null }));
    const state = { query: "", facets: new Map(), limit: PAGE };
    const total = rows.length;
    const output = make("output");
    const more = make("div", { className: "more" });
    const button = make("button", { type: "button" });
    more.append(button);

    const matches = (entry) => {
      for (const [column, wanted] of state.facets) if (wanted && valueOf(entry.row, column) !== wanted) return false;
      if (!state.query) return true;
      entry.text ??= entry.row.textContent.toLocaleLowerCase();
      return state.query.split(/\s+/).every((word) => entry.text.includes(word));
    };
    const update = () => {
      const found = rows.filter(matches);
      const visible = new Set(found.slice(0, state.limit));
      for (const entry of rows) entry.row.hidden = !visible.has(entry);
      const narrowed = found.length < total;
      output.textContent = narrowed ? `${found.length.toLocaleString("en")} of ${total.toLocaleString("en")} rows` : `${total.toLocaleString("en")} rows`;
      clear.hidden = !narrowed;
      more.hidden = found.length <= state.limit;
      button.textContent = `Show all ${found.length.toLocaleString("en")} (${state.limit} are shown)`;
    };
    const clear = make("button", { type: "button", className: "clear", textContent: "Clear filters", hidden: true });

    const tools = make("div", { className: "tools" });
    const search = make("input", { type: "search", autocomplete: "off", spellcheck: false });
    search.addEventListener("input", () => { state.query = search.value.trim().toLocaleLowerCase(); state.limit = PAGE; update(); });
    tools.append(make("label", {}, "Search", search));
    const selects = new Map();
    heads.forEach((head, column) => {
      if (!("facet" in head.dataset)) return;
      const number = new Map();
      for (const { row } of rows) { const value = valueOf(row, column); number.set(value, (number.get(value) ?? 0) + 1); }
      if (number.size < 2) return;
      const select = make("select", {}, make("option", { value: "", textContent: "all" }));
      for (const value of [...number.keys()].sort(collator.compare)) {
        select.append(make("option", { value, textContent: `${value.slice(0, 60) || "(none)"} (${number.get(value).toLocaleString("en")})` }));
      }
      select.addEventListener("change", () => { state.facets.set(column, select.value); state.limit = PAGE; update(); });
      selects.set(head.dataset.facet, { select, column });
      tools.append(make("label", {}, head.textContent.trim(), select));
    });
    const set = (query, facets) => {
      search.value = query;
      state.query = query.toLocaleLowerCase();
      state.facets.clear();
      for (const [name, { select, column }] of selects) {
        const wanted = facets[name] ?? "";
        select.value = [...select.options].some((o) => o.value === wanted) ? wanted : "";
        state.facets.set(column, select.value);
      }
      state.limit = PAGE;
      update();
    };
    clear.addEventListener("click", () => { set("", {}); search.focus(); });
    button.addEventListener("click", () => { state.limit = Infinity; update(); });
    tools.append(clear, output);
    output.setAttribute("aria-live", "polite");

    heads.forEach((head, column) => {
      if (!head.textContent.trim()) return;
      const sorter = make("button", { type: "button" });
      sorter.append(...head.childNodes);
      head.append(sorter);
      sorter.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const key = (entry) => entry.row.cells[column].dataset.sort ?? valueOf(entry.row, column);
        rows.sort((a, b) => (up ? 1 : -1) * collator.compare(key(a), key(b)));
        body.append(...rows.map((entry) => entry.row));
        update();
      });
    });
    const region = table.closest(".scroll");
    if (total > 8) region.before(tools);
    region.after(more);
    if (table.id) tables.set(table.id, set);
    update();
  }

  document.querySelectorAll("table[data-tools]").forEach(enhance);

  // A number in a summary leads to exactly the rows that it counts.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-show]");
    const set = link && tables.get(link.dataset.show);
    if (set) set("", Object.fromEntries(new URLSearchParams(link.dataset.filter)));
  });

  for (const button of document.querySelectorAll("button.copy")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select it and copy by hand";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2500);
    });
  }

  // What a summary's link or the address points to may stand in a closed block.
  const open = () => { const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1))); target?.closest("details")?.setAttribute("open", ""); };
  addEventListener("hashchange", open);
  open();

  // Paper cannot be clicked.
  let closed = [];
  addEventListener("beforeprint", () => { closed = [...document.querySelectorAll("details:not([open])")]; for (const d of closed) d.open = true; });
  addEventListener("afterprint", () => { for (const d of closed) d.open = false; });
})();
