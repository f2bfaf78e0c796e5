// Drawing a signature with mouse, pen or finger. Without it the typed one is always there.
const canvas = document.getElementById("canvas");
const form = document.getElementById("sign-form");

if (canvas && form) {
  const box = document.getElementById("drawing");
  const data = document.getElementById("drawing-data");
  const pen = canvas.getContext("2d");
  pen.lineWidth = 3;
  pen.lineCap = "round";
  pen.strokeStyle = "#10204a";
  let down = false;

  const at = (event) => {
    const area = canvas.getBoundingClientRect();
    return [((event.clientX - area.left) * canvas.width) / area.width, ((event.clientY - area.top) * canvas.height) / area.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    down = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  canvas.addEventListener("pointerup", () => {
    down = false;
    data.value = canvas.toDataURL("image/png");
  });
  document.getElementById("clear").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    data.value = "";
  });
  const fit = () => {
    const drawn = form.querySelector("[data-drawn]");
    box.hidden = !drawn?.checked;
  };
  form.addEventListener("change", fit);
  fit();
}
