/** The peak of this process's memory until now, in bytes. */
export function measureMemory() {
  return process.resourceUsage().maxRSS * 1024;
}
