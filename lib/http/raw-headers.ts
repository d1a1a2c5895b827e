/** A flat list of names and values as pairs. */
export function pairsOf<Value>(flat: readonly Value[]): [string, Value][] {
  return flat.flatMap((name, index) =>
    index % 2 === 0 ? [[String(name), flat[index + 1] as Value] as [string, Value]] : [],
  );
}
