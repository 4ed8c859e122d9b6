/** Returns the name nearest to `word` by edits, "" where none is near: at most a third of its letters, or 2, differ. */
export function nearestName(word: string, names: StaticArray<string>): string {
  let nearest = "";
  let least = max(2, word.length / 3) + 1;
  for (let i = 0; i < names.length; i++) {
    const distance = editDistance(word, names[i], least);
    if (distance < least) {
      least = distance;
      nearest = names[i];
    }
  }
  return nearest;
}

/** Levenshtein's distance; any number of `limit` or more stands for "too far". */
function editDistance(a: string, b: string, limit: i32): i32 {
  if (abs(a.length - b.length) >= limit) return limit;
  const row = new StaticArray<i32>(b.length + 1);
  for (let j = 0; j <= b.length; j++) row[j] = j;
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0];
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j];
      const replaced = diagonal + (a.charCodeAt(i - 1) == b.charCodeAt(j - 1) ? 0 : 1);
      row[j] = min(min(above, row[j - 1]) + 1, replaced);
      diagonal = above;
    }
  }
  return row[b.length];
}
