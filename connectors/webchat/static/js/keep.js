// What somebody types survives a failed request, a reload and a re-rendered card: kept for this tab only.
const name = (field) => `daren:${field.dataset.keep}`;

export function keep(field) {
  try {
    if (field.value === field.defaultValue) sessionStorage.removeItem(name(field));
    else sessionStorage.setItem(name(field), field.value);
  } catch {
    // a full or blocked storage only means that nothing is kept
  }
}

export function restore(field) {
  let kept = null;
  try {
    kept = sessionStorage.getItem(name(field));
  } catch {
    return false;
  }
  if (kept === null || kept === field.value) return false;
  field.value = kept;
  return true;
}

export function forget(field) {
  try {
    sessionStorage.removeItem(name(field));
  } catch {
    // nothing was kept
  }
}

export function grow(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}
