// Draws the charts of cards in the page's own colours; the library comes with the first one.
const PALETTE = ["--accent", "--chart-2", "--info", "--bad", "--chart-5", "--muted"];
const drawn = new Map();
let library;

function loaded(source) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  const axis = {
    axisLine: { lineStyle: { color: of("--line-strong") } },
    axisLabel: { color: of("--muted") },
    splitLine: { lineStyle: { color: of("--line") } },
  };
  return {
    color: PALETTE.map(of),
    textStyle: { fontFamily: style.getPropertyValue("--font") },
    title: { textStyle: { color: of("--text"), fontSize: 16 }, subtextStyle: { color: of("--muted") } },
    legend: { textStyle: { color: of("--soft") } },
    valueAxis: axis,
    categoryAxis: { ...axis, splitLine: { show: false } },
    line: { label: { color: of("--soft") } },
    bar: { label: { color: of("--soft") } },
    funnel: { label: { color: of("--soft") } },
  };
}

// What a point says is written by the server; as canvas text it can bring no markup along.
function said(points) {
  return [points].flat().map((point) => [point.axisValueLabel ?? "", point.seriesName, point.data?.name ?? point.name].filter(Boolean).join(" ")).join("\n");
}

async function draw(place) {
  const echarts = await loaded(place.dataset.library);
  if (!place.isConnected) return;
  drawn.get(place)?.dispose();
  const option = JSON.parse(place.dataset.chart);
  const chart = echarts.init(place, colours(), { renderer: "canvas" });
  chart.setOption({ ...option, tooltip: { trigger: option.xAxis ? "axis" : "item", renderMode: "richText", formatter: said } });
  drawn.set(place, chart);
  place.dataset.drawn = "";
}

const sizes = new ResizeObserver((entries) => {
  for (const entry of entries) drawn.get(entry.target)?.resize();
});

function look() {
  for (const place of drawn.keys()) {
    if (place.isConnected) continue;
    drawn.get(place).dispose();
    drawn.delete(place);
  }
  for (const place of document.querySelectorAll(".chart-drawn:not([data-seen])")) {
    place.dataset.seen = "";
    sizes.observe(place);
    draw(place);
  }
}

look();
document.addEventListener("htmx:after:swap", look);
new MutationObserver(() => [...drawn.keys()].forEach(draw)).observe(document.documentElement, { attributeFilter: ["data-theme"] });
