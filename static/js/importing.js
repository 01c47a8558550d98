// Importing a recording: files can be dropped, sending shows how far it is, and a refusal leaves
// the chosen files where they are. Without this the form posts itself.

const form = document.querySelector("[data-import]");

if (form) {
  const drop = form.querySelector("[data-drop]");
  const input = form.querySelector("input[type=file]");
  const words = form.querySelector("[data-drop-words]");
  words.hidden = false;
  words.setAttribute("role", "status");

  const named = () => {
    const names = Array.from(input.files, (file) => file.name).join(", ");
    if (names) words.textContent = `${form.dataset.dropped} ${names}`;
  };
  input.addEventListener("change", named);

  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("drop-over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    drop.addEventListener(kind, () => drop.classList.remove("drop-over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      named();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
}

function send() {
  const request = new XMLHttpRequest();
  const progress = form.querySelector("[data-progress]");
  const said = form.querySelector("[data-progress-words]");
  const bar = progress.querySelector("progress");
  const button = form.querySelector("button");
  progress.hidden = false;
  button.disabled = true;
  said.textContent = form.dataset.sending;
  bar.value = 0;
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
  });
  request.upload.addEventListener("load", () => {
    said.textContent = form.dataset.reading;
    bar.removeAttribute("value");
  });
  request.addEventListener("loadend", () => {
    progress.hidden = true;
    button.disabled = false;
    answered(request);
  });
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.send(new FormData(form));
}

function answered(request) {
  const place = document.getElementById("import-refused");
  const kind = request.getResponseHeader("Content-Type") || "";
  if (kind.startsWith("application/json")) {
    const body = JSON.parse(request.responseText);
    if (body.location) {
      window.location.assign(body.location);
      return;
    }
    place.replaceChildren(...parsed(body.html).body.childNodes);
  } else if (request.status) {
    // A page of the house (too large, not allowed, signed out): what it says, in this one.
    const page = parsed(request.responseText);
    place.replaceChildren(...(page.querySelector("main") || page.body).childNodes);
  } else {
    const words = document.createElement("p");
    words.setAttribute("role", "alert");
    words.className = "notice notice-danger";
    words.textContent = form.dataset.failed;
    place.replaceChildren(words);
  }
  place.scrollIntoView({ block: "start" });
  const first = place.querySelector("[tabindex], [role=alert]");
  if (first) first.focus();
}

function parsed(markup) {
  return new DOMParser().parseFromString(markup, "text/html");
}
