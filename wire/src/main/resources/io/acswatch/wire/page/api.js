// Asks this very server; a problem it answers becomes an error with its words.

const PATIENCE = 15_000;

export async function ask(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== "" && value !== null && value !== undefined) query.set(name, value);
  }
  const answer = await fetch(`/api/v1/${path}${query.size ? "?" + query : ""}`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  const body = await answer.text();
  if (!answer.ok) {
    let detail = body;
    try { detail = JSON.parse(body).detail; } catch { /* not a problem document */ }
    const problem = new Error(detail || `HTTP ${answer.status}`);
    problem.status = answer.status;
    throw problem;
  }
  return JSON.parse(body);
}
