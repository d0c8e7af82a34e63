// Tells the page around this one how wide it really is. Used by `narrow` only.
addEventListener("load", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const { scrollWidth, clientWidth } = document.documentElement;
  const name = location.pathname.split("/").pop();
  parent.postMessage(`${scrollWidth > clientWidth ? "WIDE" : "fits"} ${name} ${scrollWidth}`, "*");
});
