/** The sizes of the messages that are measured. */
export const sizes = [0, 64, 1024, 16 * 1024, 64 * 1024, 1024 * 1024];

/** As people write it. */
export function sizeName(bytes) {
  if (bytes >= 1024 * 1024) return `${bytes / (1024 * 1024)} MiB`;
  return bytes >= 1024 ? `${bytes / 1024} KiB` : `${bytes} B`;
}

/** Whether a message becomes memory of its own, while the raw loop works in the same again and again. */
export function makesMemory(operation, size) {
  return (operation === 'wrap' || operation === 'unwrap') && size >= 1024;
}
