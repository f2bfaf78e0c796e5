// The signing page: a signature drawn with mouse, pen or finger, and waiting for the document.
// Without scripts the typed signature is there, and a link to look again.

const waiting = document.querySelector("[data-state]");
if (waiting) {
  const look = async () => {
    const answer = await fetch(waiting.dataset.state);
    if (answer.ok && (await answer.json()).stage !== "preparing") location.reload();
  };
  setInterval(look, 1500);
}

const form = document.getElementById("sign-form");
if (form) {
  const parts = form.querySelectorAll("[data-mode]");
  const fit = () => {
    const chosen = new FormData(form).get("mode");
    for (const part of parts) part.hidden = part.dataset.mode !== chosen;
  };
  form.addEventListener("change", fit);
  fit();
}

const canvas = document.getElementById("canvas");
if (canvas) {
  const data = document.getElementById("drawing");
  const status = document.getElementById("drawn-status");
  const pen = canvas.getContext("2d");
  pen.lineWidth = 3;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.strokeStyle = "#10204a";
  let down = false;

  const at = (event) => {
    const area = canvas.getBoundingClientRect();
    return [
      ((event.clientX - area.left) * canvas.width) / area.width,
      ((event.clientY - area.top) * canvas.height) / area.height,
    ];
  };
  const lift = () => {
    if (!down) return;
    down = false;
    data.value = canvas.toDataURL("image/png");
    status.textContent = status.dataset.said;
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
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  document.getElementById("clear").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    data.value = "";
    status.textContent = "";
  });

  // After a wrong code the drawing is still there.
  if (data.value) {
    const kept = new Image();
    kept.onload = () => pen.drawImage(kept, 0, 0);
    kept.src = data.value;
  }
}
