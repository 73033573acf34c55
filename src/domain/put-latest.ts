/**
 * Puts it behind all others; where there are more than `most` then, the one that was put longest ago goes. What an attacker
 * can make grow stays bounded, and who was quiet longest is forgotten first.
 */
export function putLatest<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
