// Under the pointer: the step, and the value of each curve there.
for (const plot of document.querySelectorAll(".plot")) {
  const svg = plot.querySelector("svg"), cursor = plot.querySelector(".cursor"), output = plot.querySelector("output");
  const scale = Object.fromEntries(Object.entries(svg.dataset).map(([name, value]) => [name, Number(value)]));
  const curves = new Map();
  for (const line of svg.querySelectorAll("polyline")) {
    const points = Array.from(line.points, point => [point.x, point.y]);
    curves.set(line.className.baseVal, (curves.get(line.className.baseVal) ?? []).concat(points));
  }
  const value = y => {
    const share = (scale.bottom - y) / (scale.bottom - scale.top);
    return svg.dataset.log === "true"
      ? scale.low * (scale.high / scale.low) ** share : scale.low + share * (scale.high - scale.low);
  };
  svg.addEventListener("pointermove", event => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const x = Math.min(scale.right, Math.max(scale.left, place.x));
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.style.visibility = "visible";
    const share = (x - scale.left) / (scale.right - scale.left);
    const texts = [Math.round(scale.first + share * (scale.last - scale.first)) + ":"];
    for (const points of curves.values()) {
      const near = points.reduce((best, point) => Math.abs(point[0] - x) < Math.abs(best[0] - x) ? point : best);
      texts.push(Number(value(near[1]).toPrecision(4)));
    }
    output.textContent = texts.join("  ");
  });
  svg.addEventListener("pointerleave", () => {
    cursor.style.visibility = "hidden";
    output.textContent = "";
  });
}
