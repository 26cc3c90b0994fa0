// What the editor asks of the server; every answer is JSON, every refusal says why.

export class Refused extends Error {}

export async function send(url, body, options = {}) {
  const response = await fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRF-Token": token(),
    },
    body: JSON.stringify(body),
    ...options,
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.text || `${response.status}`);
  return answer;
}

export function token() {
  return document.querySelector("meta[name=csrf-token]").content;
}

export async function model(url) {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Refused(`${response.status}`);
  return response.text();
}
