// Reads a QR from the camera into a field: by the browser's own detector where there is one, otherwise by small grey
// frames that this app's own process reads. Nothing leaves the office.

const PAUSE_MS = 250;
const WIDTH_MAX = 640;
const HEIGHT_MAX = 480;

// A withdrawal's code has no bar in it, a card's QR always has: the one is never taken for the other.
const WANTED = { code: (text) => !text.includes("|"), card: (text) => text.includes("|") };

export async function startCamera(panel) {
  const video = panel.querySelector("video");
  const field = document.getElementById(panel.dataset.target);
  const say = (what) => (panel.querySelector("p").textContent = panel.dataset[what]);
  panel.hidden = false;
  say("sayStarting");
  const stream = await openCamera(panel, say);
  if (!stream) return;
  video.srcObject = stream;
  await video.play().catch(() => undefined);
  say("sayLooking");
  const read = await reader(video);
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  window.addEventListener("pagehide", stop);
  look();

  async function look() {
    if (document.hidden) return document.addEventListener("visibilitychange", look, { once: true });
    const text = await read().catch(() => null);
    if (!text || !WANTED[panel.dataset.accept](text)) return window.setTimeout(look, PAUSE_MS);
    stop();
    panel.classList.add("found");
    say("sayFound");
    take(field, text);
  }
}

async function openCamera(panel, say) {
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
      audio: false,
    });
  } catch (failure) {
    panel.classList.add("off");
    say(failure.name === "NotAllowedError" ? "sayRefused" : "sayMissing");
    return null;
  }
}

async function reader(video) {
  const formats = (await window.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) {
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await detector.detect(video))[0]?.rawValue ?? null;
  }
  const canvas = document.createElement("canvas");
  return () => sendFrame(video, canvas);
}

async function sendFrame(video, canvas) {
  if (!video.videoWidth) return null;
  const scale = Math.min(1, WIDTH_MAX / video.videoWidth, HEIGHT_MAX / video.videoHeight);
  const width = (canvas.width = Math.round(video.videoWidth * scale));
  const height = (canvas.height = Math.round(video.videoHeight * scale));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, 0, 0, width, height);
  const colours = pen.getImageData(0, 0, width, height).data;
  const grey = new Uint8Array(width * height);
  for (let i = 0, j = 0; j < grey.length; i += 4, j += 1) {
    grey[j] = (colours[i] * 77 + colours[i + 1] * 151 + colours[i + 2] * 28) >> 8;
  }
  const answer = await fetch(`/scan/frame?width=${width}&height=${height}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream", "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content, "X-Held": localStorage.getItem("soft-atm.held") ?? "", Accept: "application/json" },
    body: grey,
  });
  return answer.ok ? (await answer.json()).text : null;
}

// A code goes on by itself; a card only fills its field, for paying is the clerk's own Enter.
function take(field, text) {
  field.value = text;
  if (field.id === "code") field.form.requestSubmit();
  else if (document.getElementById("pay")) (document.getElementById("delegate") ?? document.getElementById("pin") ?? document.getElementById("pay")).focus();
  else field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", cancelable: true }));
}
