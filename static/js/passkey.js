// Passkeys: a key that the phone or the computer keeps, and opens with a finger, a face or its code.
//
// A form with data-passkey ("login", "make" or "confirm") has one hidden field, `credential`. Its button is shown where
// the browser can do it; what the browser answers is sent with the form. Where it cannot, [data-passkey-missing] stays.

const form = document.querySelector("form[data-passkey]");
const VERBS = { login: use, make, confirm: use };

if (form && window.PublicKeyCredential && window.isSecureContext) {
  for (const part of document.querySelectorAll("[data-passkey-shown]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-passkey-missing]")) part.hidden = true;
  form.querySelector("[data-passkey-button]").addEventListener("click", press);
}

async function press() {
  const trouble = form.querySelector("[data-trouble]");
  trouble.hidden = true;
  try {
    const credential = await VERBS[form.dataset.passkey](await options());
    form.elements.credential.value = JSON.stringify(plain(credential));
  } catch {
    // Cancelled, no key for this site, or no network: the person tries again or takes another way.
    trouble.hidden = false;
    return;
  }
  form.submit();
}

async function options() {
  const given = document.getElementById("passkey-options");
  const { creation_options: made, request_options: asked } = given ? JSON.parse(given.textContent) : await fetched();
  return made ?? asked;
}

async function fetched() {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`no options: ${answer.status}`);
  return answer.json();
}

function use({ publicKey }) {
  const allowCredentials = (publicKey.allowCredentials ?? []).map(known);
  const challenge = bytes(publicKey.challenge);
  return navigator.credentials.get({ publicKey: { ...publicKey, challenge, allowCredentials } });
}

/** One that needs no address and no password: kept on the device, and opened by whoever may open the device. */
function make({ publicKey }) {
  const authenticatorSelection = {
    ...publicKey.authenticatorSelection,
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  };
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      authenticatorSelection,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: (publicKey.excludeCredentials ?? []).map(known),
    },
  });
}

const known = (credential) => ({ ...credential, id: bytes(credential.id) });

/** As the server reads it: every run of bytes as base64url. */
function plain(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function bytes(value) {
  const padded = value.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
