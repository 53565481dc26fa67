// Asks this very server; a problem it answers becomes an error with its words.

export async function ask(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== "" && value !== null && value !== undefined) query.set(name, value);
  }
  const answer = await fetch(`/api/v1/${path}${query.size ? "?" + query : ""}`, { cache: "no-store" });
  const body = await answer.text();
  if (!answer.ok) {
    let detail = body;
    try { detail = JSON.parse(body).detail; } catch { /* not a problem document */ }
    throw new Error(detail || `HTTP ${answer.status}`);
  }
  return JSON.parse(body);
}
