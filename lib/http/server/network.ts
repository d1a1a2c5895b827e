/** Finds the network that one client may have whole: an address of IPv4, or the first 64 bits of an IPv6 one. */
export function findNetwork(address = ''): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [front = '', back] = address.split('::');
  const first = front.split(':').filter((group) => group !== '');
  const last = (back ?? '').split(':').filter((group) => group !== '');
  const zeros = back === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array(Math.max(zeros, 0)).fill('0'), ...last].slice(0, 4).join(':');
}
