/**
 * Moves the `most` candidates with the least rank to the front, in no order among themselves: quickselect over two
 * columns side by side.
 */
export function nearestFirst(ids: Uint16Array, ranks: Float64Array, count: number, most: number): void {
  let from = 0;
  let to = count - 1;
  while (from < to) {
    const pivot = ranks[(from + to) >> 1] ?? 0;
    let [left, right] = [from, to];
    while (left <= right) {
      while ((ranks[left] ?? 0) < pivot) left++;
      while ((ranks[right] ?? 0) > pivot) right--;
      if (left > right) break;
      swap(ids, left, right);
      swap(ranks, left++, right--);
    }
    if (most - 1 <= right) to = right;
    else if (most - 1 >= left) from = left;
    else return;
  }
}

function swap(column: Uint16Array | Float64Array, a: number, b: number): void {
  const kept = column[a] ?? 0;
  column[a] = column[b] ?? 0;
  column[b] = kept;
}
