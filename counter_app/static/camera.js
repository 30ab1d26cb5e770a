// Reads a QR from the camera into a field: by the browser's own detector where there is one, otherwise by small grey
// frames that this app's own process reads. Nothing leaves the office.

import { isLocked } from "./lock.js";

const PAUSE_MS = 250;
const WIDTH_MAX = 640;
const HEIGHT_MAX = 480;
const AWAY_MS = 5000;
const TYPING_MS = 3000;
const SENT = "soft-atm-sent";
const HAS = "soft-atm.camera";

// A payment poster, a label, another app: whatever else lies before the camera has another shape.
const SHAPE = { code: /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/, card: /^\d{12}(\|[^|]*){6,}$/ };

export async function startCamera(panel) {
  const video = panel.querySelector("video");
  const field = document.getElementById(panel.dataset.target);
  const say = (what) => (panel.querySelector("p").textContent = panel.dataset[what]);
  let typedAt = -TYPING_MS;
  document.addEventListener("keydown", () => (typedAt = performance.now()));
  const typing = () => field.value !== field.defaultValue || performance.now() - typedAt < TYPING_MS;
  // A code that was accepted has led to another page, and may be shown again; one that was refused must go away first.
  if (panel.dataset.accept !== "code") sessionStorage.removeItem(SENT);
  let seenAt = performance.now();
  const stream = await openCamera(panel, say);
  if (!stream) return;
  document.documentElement.dataset.hasCamera = "yes";
  localStorage.setItem(HAS, "yes");
  video.srcObject = stream;
  await video.play().catch(() => undefined);
  say("sayLooking");
  const read = await reader(video);
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  window.addEventListener("pagehide", stop);
  look();

  async function look() {
    if (document.hidden) return document.addEventListener("visibilitychange", look, { once: true });
    const text = fresh(await read().catch(() => []));
    if (!text || typing() || isLocked()) return window.setTimeout(look, PAUSE_MS);
    stop();
    panel.classList.add("found");
    say("sayFound");
    take(field, text);
  }

  function fresh(texts) {
    const fitting = texts.filter((text) => SHAPE[panel.dataset.accept].test(text));
    const sent = sessionStorage.getItem(SENT);
    if (fitting.some((text) => mark(text) === sent)) seenAt = performance.now();
    else if (sent && performance.now() - seenAt > AWAY_MS) sessionStorage.removeItem(SENT);
    const text = fitting.find((one) => mark(one) !== sent);
    say(fitting.length && !text ? "sayAgain" : "sayLooking");
    return text;
  }
}

// The code itself is kept nowhere.
const mark = (text) => String([...text].reduce((sum, sign) => (Math.imul(sum, 31) + sign.codePointAt(0)) | 0, 7));

async function openCamera(panel, say) {
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
      audio: false,
    });
  } catch (failure) {
    delete document.documentElement.dataset.hasCamera;
    localStorage.removeItem(HAS);
    say(failure.name === "NotAllowedError" ? "sayRefused" : "sayMissing");
    return null;
  }
}

// The whole picture and its middle in turn: a small code, or one held far away, is large enough in the middle.
async function reader(video) {
  const formats = (await window.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  const detector = formats.includes("qr_code") && new window.BarcodeDetector({ formats: ["qr_code"] });
  const canvas = document.createElement("canvas");
  let part = 0.5;
  return async () => {
    if (!video.videoWidth) return [];
    part = 1.5 - part;
    if (detector && part === 1) return texts(await detector.detect(video));
    draw(video, canvas, part);
    return detector ? texts(await detector.detect(canvas)) : sendFrame(canvas);
  };
}

const texts = (found) => found.map((one) => one.rawValue);

function draw(video, canvas, part) {
  const [width, height] = [video.videoWidth * part, video.videoHeight * part];
  const scale = Math.min(1, WIDTH_MAX / width, HEIGHT_MAX / height);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const [left, top] = [(video.videoWidth - width) / 2, (video.videoHeight - height) / 2];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, left, top, width, height, 0, 0, canvas.width, canvas.height);
}

async function sendFrame(canvas) {
  const { width, height } = canvas;
  const colours = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const grey = new Uint8Array(width * height);
  for (let i = 0, j = 0; j < grey.length; i += 4, j += 1) {
    grey[j] = (colours[i] * 77 + colours[i + 1] * 151 + colours[i + 2] * 28) >> 8;
  }
  const answer = await fetch(`/scan/frame?width=${width}&height=${height}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream", "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content, "X-Held": localStorage.getItem("soft-atm.held") ?? "", Accept: "application/json" },
    body: grey,
  });
  return answer.ok ? (await answer.json()).texts : [];
}

// A code goes on by itself; a card only fills its field, for paying is the clerk's own Enter.
function take(field, text) {
  field.value = text;
  if (field.id === "code") {
    sessionStorage.setItem(SENT, mark(text));
    field.form.requestSubmit();
  } else field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
}
