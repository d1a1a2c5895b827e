/** Converts a point in time as the addon has it: milliseconds since 1970, or nothing for never. */
export function toDate(milliseconds: number | undefined): Date | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds);
}
