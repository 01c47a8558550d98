/** Lets the browser make or show a passkey, and puts its answer into the form. */

const ASK = {
  create: (options) => ({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  get: (options) => ({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};

async function answer(form) {
  const options = JSON.parse(form.dataset.options);
  const kind = form.dataset.passkey;
  const credential = await navigator.credentials[kind](ASK[kind](options.publicKey ?? options));
  form.elements.credential.value = JSON.stringify(credential.toJSON());
}

async function onSubmit(event) {
  const form = event.target;
  if (form.elements.credential.value) return;
  event.preventDefault();
  const wrong = form.querySelector("[data-wrong]");
  wrong.hidden = true;
  try {
    await answer(form);
  } catch {
    wrong.hidden = false; // Refused, cancelled or not known here: the words say what to do.
    return;
  }
  form.submit();
}

if (globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", onSubmit);
  }
}
