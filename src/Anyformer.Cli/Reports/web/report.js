"use strict";

// Brings the page to life: draws the charts, follows the reader's choices and theme, sorts the tables.
(() => {
  const root = document.documentElement;
  const errors = document.getElementById("script-errors");

  function report(error) {
    errors.hidden = false;
    errors.append(`A chart could not be drawn: ${error.message ?? error}. `);
  }
  addEventListener("error", event => report(event.error ?? event.message));

  const comparison = JSON.parse(document.getElementById("data").textContent);
  const hidden = new Set();

  function choice(name) {
    const input = document.querySelector(`select#${name}, input[name="${name}"]:checked`);
    return input.value;
  }

  function view() {
    const style = getComputedStyle(root);
    const color = name => style.getPropertyValue(`--${name}`).trim();
    const theme = {
      ink: color("ink"), muted: color("muted"), line: color("line"), surface: color("surface"), front: color("accent"),
      font: style.fontFamily,
    };
    const palette = Array.from({ length: 8 }, (_, index) => color(`model-${index}`));
    return { comparison, theme, looks: appearances(comparison.summaries, palette), shows: id => !hidden.has(id), choice };
  }

  function draw({ place, legend, chart }) {
    const kind = charts[place.dataset.chart];
    const current = view();
    delete place.dataset.drawn;
    try {
      chart.setOption(kind.option(current), { notMerge: true });
      drawLegend(legend, [...current.looks.values()].filter(look => kind.has(current, look.id)));
    } catch (error) {
      report(error);
    }
  }

  function drawLegend(legend, looks) {
    legend.hidden = looks.length < 2;
    legend.replaceChildren(...looks.map(look => {
      const [button, glyph] = [document.createElement("button"), document.createElement("span")];
      glyph.textContent = look.glyph;
      glyph.style.color = look.color;
      glyph.ariaHidden = "true";
      button.type = "button";
      button.dataset.id = look.id;
      button.ariaPressed = String(!hidden.has(look.id));
      button.append(glyph, look.name);
      button.addEventListener("click", () => toggle(legend, look.id));
      return button;
    }));
  }

  function toggle(legend, id) {
    hidden.delete(id) || hidden.add(id);
    drawAll();
    [...legend.children].find(button => button.dataset.id === id)?.focus();
  }

  const drawn = [...document.querySelectorAll("[data-chart]")].map(place => {
    const legend = document.createElement("div");
    legend.className = "legend";
    place.before(legend);
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.on("finished", () => { place.dataset.drawn = "true"; });
    new ResizeObserver(() => chart.resize()).observe(place);
    return { place, legend, chart };
  });
  const drawAll = () => drawn.forEach(draw);

  function sort(table, heading) {
    const column = heading.cellIndex;
    const sense = heading.ariaSort === "ascending" ? -1 : 1;
    const cell = row => row.cells[column];
    const rank = row => cell(row).dataset.value === "" ? 1 : 0;
    const order = (a, b) => cell(a).dataset.value === undefined
      ? cell(a).textContent.localeCompare(cell(b).textContent)
      : cell(a).dataset.value - cell(b).dataset.value;
    table.querySelectorAll("th[aria-sort]").forEach(other => other.removeAttribute("aria-sort"));
    heading.ariaSort = sense > 0 ? "ascending" : "descending";
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort((a, b) => rank(a) - rank(b) || sense * order(a, b)));
  }

  document.querySelectorAll("table.sortable").forEach(table => table.querySelectorAll("thead th").forEach(heading =>
    heading.querySelector("button").addEventListener("click", () => sort(table, heading))));
  document.querySelectorAll(".controls").forEach(controls => controls.addEventListener("change", drawAll));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);

  // Paper is light and narrower than the window.
  function printing(on) {
    root.classList.toggle("printing", on);
    drawn.forEach(({ chart }) => chart.resize());
    drawAll();
  }
  addEventListener("beforeprint", () => printing(true));
  addEventListener("afterprint", () => printing(false));

  drawAll();
})();
