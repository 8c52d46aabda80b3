"use strict";

// What the charts show, as ECharts options. Nothing is drawn here.
// `view` holds the comparison, the theme's colours, the models to show and the reader's choices.

const shapes = [
  { symbol: "circle", glyph: "●" }, { symbol: "rect", glyph: "■" }, { symbol: "triangle", glyph: "▲" },
  { symbol: "diamond", glyph: "◆" }, { symbol: "path://M0,0L10,0L5,9Z", glyph: "▼" },
];
const dashes = ["solid", "dashed", "dotted"];

const figure = value => value == null ? "–" : String(Number(value.toPrecision(4)));
const escaped = text => echarts.format.encodeHTML(String(text));

/** How each model looks in every chart, by rank: colour first, then shape and dash, so that no two look the same soon. */
function appearances(summaries, palette) {
  const names = summaries.map(model => model.name);
  return new Map(summaries.map((model, place) => [model.id, {
    id: model.id,
    name: names.indexOf(model.name) === names.lastIndexOf(model.name) ? model.name : `${model.name} (${model.id})`,
    color: palette[place % palette.length],
    dash: dashes[Math.floor(place / palette.length) % dashes.length],
    ...shapes[place % shapes.length],
  }]));
}

const plot = { left: 8, right: 16, top: 16, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "all" };

function frame(theme, { x, y, ...option }) {
  const axis = {
    nameLocation: "middle",
    nameTextStyle: { color: theme.muted, fontSize: 13 },
    axisLabel: { color: theme.muted, hideOverlap: true },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: theme.line } },
  };
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: theme.font },
    grid: plot,
    xAxis: { ...axis, nameGap: 30, ...x },
    yAxis: { ...axis, nameGap: 12, scale: true, ...y },
    ...option,
    tooltip: {
      confine: true,
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: { color: theme.ink, fontSize: 13 },
      ...option.tooltip,
    },
  };
}

function tooltipRows(title, rows) {
  const lines = rows.map(([marker, name, value]) =>
    `<tr><td>${marker}${escaped(name)}</td><td class="figure">${escaped(value)}</td></tr>`);
  return `<b>${escaped(title)}</b><table class="tooltip">${lines.join("")}</table>`;
}

/** A log axis that has a few ticks within the data: powers of two where powers of ten are too far apart. */
function logAxis(values) {
  const [low, high] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, 0]);
  return { type: "log", logBase: high / low < 200 ? 2 : 10 };
}

function paretoChart({ comparison, theme, looks, shows }) {
  const metric = comparison.experiment.metrics[0];
  const points = comparison.summaries.filter(model =>
    model.rank != null && model.latencyMilliseconds.mean > 0 && shows(model.id));
  const front = points.filter(model => model.onParetoFront)
    .sort((a, b) => a.latencyMilliseconds.mean - b.latencyMilliseconds.mean);
  return frame(theme, {
    x: { ...logAxis(points.map(model => model.latencyMilliseconds.mean)), name: "latency of one prediction (ms, log scale)" },
    grid: { ...plot, right: 48 },
    y: { name: metric.name, boundaryGap: ["20%", "12%"] },
    tooltip: { trigger: "item" },
    series: [
      {
        type: "line", step: "end", data: front.map(model => [model.latencyMilliseconds.mean, model.errors[0].mean]),
        symbol: "none", silent: true, lineStyle: { color: theme.front, width: 6, opacity: 0.35 },
      },
      ...points.flatMap(model => {
        const look = looks.get(model.id);
        const label = paretoLabel(look, front.indexOf(model), theme);
        return [spreadBar(model, look), { ...paretoPoint(model, look, metric), label }];
      }),
    ],
  });
}

function paretoPoint(model, look, metric) {
  const [error, latency] = [model.errors[0], model.latencyMilliseconds];
  return {
    type: "scatter",
    data: [[latency.mean, error.mean]],
    symbol: look.symbol,
    symbolSize: model.onParetoFront ? 15 : 11,
    itemStyle: { color: look.color, opacity: 1 },
    labelLayout: { hideOverlap: true },
    tooltip: {
      formatter: ({ marker }) => tooltipRows(look.name, [
        [marker, metric.name, figure(error.mean) + (error.standardDeviation == null ? "" : ` ± ${figure(error.standardDeviation)}`)],
        [marker, "latency", `${figure(latency.mean)} ms`],
      ]),
    },
  };
}

/** Nothing lies below the front, so its names go there, in two rows; the others stand above their points. */
function paretoLabel(look, placeOnFront, theme) {
  const label = { show: true, formatter: () => look.name, color: theme.ink, fontSize: 13 };
  return placeOnFront < 0
    ? { ...label, position: "top", distance: 8 }
    : { ...label, position: "bottom", distance: placeOnFront % 2 ? 26 : 8, fontWeight: "bold" };
}

function spreadBar(model, look) {
  const [x, { mean, standardDeviation }] = [model.latencyMilliseconds.mean, model.errors[0]];
  return {
    type: "line", symbol: "none", silent: true, lineStyle: { color: look.color, width: 2 },
    data: standardDeviation == null ? [] : [[x, mean - standardDeviation], [x, mean + standardDeviation]],
  };
}

function curvesChart({ comparison, theme, looks, shows, choice }) {
  const loss = choice("curve-loss") === "train" ? "trainLoss" : "validationLoss";
  const [x, scale] = [choice("curve-x"), choice("curve-scale")];
  const drawable = point => point[loss] != null && (scale !== "log" || point[loss] > 0);
  const lines = comparison.models.filter(model => shows(model.id)).flatMap(model => model.seeds.map(seed => ({
    look: looks.get(model.id), seed, points: seed.curve.filter(drawable).map(point => [point[x], point[loss]]),
  })));
  return frame(theme, {
    x: { type: "value", name: x === "step" ? "optimiser steps" : "training time (s)" },
    y: {
      ...(scale === "log" ? logAxis(lines.flatMap(line => line.points.map(point => point[1]))) : { type: "value" }),
      name: loss === "trainLoss" ? "training loss" : "validation loss",
    },
    tooltip: {
      trigger: "axis",
      order: "valueAsc",
      formatter: found => tooltipRows(`${x === "step" ? "step" : "seconds"} ${figure(found[0].value[0])}`,
        found.map(({ marker, seriesIndex, value }) =>
          [marker, `${lines[seriesIndex].look.name}, seed ${lines[seriesIndex].seed.seed}`, figure(value[1])])),
    },
    series: lines.map(({ look, points }) => ({
      type: "line", data: points, sampling: "lttb", color: look.color,
      symbol: look.symbol, symbolSize: 6, showSymbol: points.length <= 40, showAllSymbol: true,
      lineStyle: { width: 1.5, type: look.dash },
    })),
  });
}

/** Times as UTC milliseconds where all of them are dates, so that the reader's time zone moves nothing; labels otherwise. */
function timeAxis(sample) {
  const times = [...sample.historyTimes, ...sample.truthTimes];
  const dates = times.map(time => /^\d{4}-\d\d-\d\d/.test(time) ? Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(time) ? time : `${time}Z`) : NaN);
  return dates.some(Number.isNaN) ? { axis: { type: "category", data: times }, times } : { axis: { type: "time" }, times: dates };
}

function slider(theme) {
  const shadow = { lineStyle: { color: theme.muted, opacity: 0.5 }, areaStyle: { color: theme.line } };
  return {
    type: "slider", height: 24, bottom: 8, brushSelect: false, dataBackground: shadow, selectedDataBackground: shadow,
    borderColor: theme.line, fillerColor: "transparent", textStyle: { color: theme.muted },
    handleStyle: { color: theme.surface, borderColor: theme.muted }, moveHandleStyle: { color: theme.line },
  };
}

/** A prediction interval as a shade: an invisible line below, and the distance to the upper bound stacked on it. */
function intervalBand({ modelId, lower, upper }, times, look) {
  if (!lower || !upper) return [];
  const edge = {
    type: "line", stack: `interval-${modelId}`, stackStrategy: "all", symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false },
  };
  return [
    { ...edge, data: lower.map((value, step) => [times[step], value]) },
    { ...edge, data: lower.map((value, step) => [times[step], upper[step] - value]), areaStyle: { color: look.color, opacity: 0.13 } },
  ];
}

function forecastChart({ comparison, theme, looks, shows, choice }) {
  const sample = comparison.forecasts[Number(choice("forecast-sample"))];
  const { axis, times } = timeAxis(sample);
  const steps = sample.historyTimes.length;
  const line = (name, values, start, style) => ({
    type: "line", name, data: values.map((value, step) => [times[start + step], value]), showSymbol: false, symbol: "circle",
    color: style.color, lineStyle: { width: 2, ...style },
  });
  const now = {
    silent: true, symbol: "none", lineStyle: { color: theme.muted, type: "dashed" },
    label: { formatter: "forecast", color: theme.muted, position: "end" }, data: [{ xAxis: times[steps] }],
  };
  return frame(theme, {
    x: { ...axis, splitLine: { show: false }, axisLabel: { color: theme.muted, hideOverlap: true } },
    y: { name: sample.variate },
    grid: { ...plot, top: 28, bottom: 56 },
    dataZoom: [slider(theme)],
    tooltip: { trigger: "axis", valueFormatter: figure },
    series: [
      { ...line("history", sample.history, 0, { color: theme.muted }), markLine: now },
      { ...line("truth", [...sample.history.slice(-1), ...sample.truth], Math.max(0, steps - 1), { color: theme.ink, width: 3 }), z: 3 },
      ...sample.predictions.filter(({ modelId }) => shows(modelId) && looks.has(modelId)).flatMap(prediction => {
        const look = looks.get(prediction.modelId);
        return [
          ...intervalBand(prediction, times.slice(steps), look),
          line(look.name, prediction.values, steps, { color: look.color, type: look.dash, width: 1.5 }),
        ];
      }),
    ],
  });
}

/** Each kind of chart: its option, and whether it can show a model. */
/** A cost of token mixers against tokens, both logarithmic, so that a power is a straight line. */
function costChart({ comparison, theme, looks, shows }, name, value) {
  const shown = comparison.summaries.filter(({ id, costs }) => shows(id) && costs.length);
  const points = shown.flatMap(({ costs }) => costs);
  return frame(theme, {
    x: { ...logAxis(points.map(cost => cost.tokens)), name: "tokens (log scale)" },
    y: { ...logAxis(points.map(value)), name: `${name} (log scale)` },
    tooltip: { trigger: "item" },
    series: shown.map(({ id, costs }) => {
      const look = looks.get(id);
      return {
        type: "line", data: costs.map(cost => [cost.tokens, value(cost)]), symbol: look.symbol, symbolSize: 8,
        itemStyle: { color: look.color }, lineStyle: { color: look.color, type: look.dash, width: 2 },
        tooltip: { formatter: ({ marker, value: [tokens, cost] }) => tooltipRows(look.name, [[marker, `${tokens} tokens`, `${figure(cost)} ${name}`]]) },
      };
    }),
  });
}

const charts = {
  stepTime: {
    has: ({ comparison }, id) => comparison.summaries.some(mixer => mixer.id === id && mixer.costs.length),
    option: view => costChart(view, "milliseconds", cost => 1000 * cost.stepSeconds),
  },
  stepMemory: {
    has: ({ comparison }, id) => comparison.summaries.some(mixer => mixer.id === id && mixer.costs.length),
    option: view => costChart(view, "MiB", cost => cost.peakBytes / 1048576),
  },
  pareto: {
    option: paretoChart,
    has: ({ comparison }, id) => comparison.summaries.some(model => model.id === id && model.rank != null),
  },
  curves: {
    option: curvesChart,
    has: ({ comparison }, id) => comparison.models.some(model => model.id === id && model.seeds.some(seed => seed.curve.length)),
  },
  forecast: {
    option: forecastChart,
    has: ({ comparison, choice }, id) =>
      comparison.forecasts[Number(choice("forecast-sample"))].predictions.some(({ modelId }) => modelId === id),
  },
};
