// Preloaded into every process of Wine: its own copy of the logged-on user's tickets.
//
// Wine's Kerberos puts the ticket of an explicit identity into the default credential cache, so
// one process's explicit identity would become the logged-on user of all of them. And a Windows
// program cannot choose KRB5CCNAME for a child: Wine hands on the Unix environment unchanged. So
// the choice is an argument, which the child may ignore: --logged-on-as=NAME.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char option[] = "--logged-on-as=";

static const char *chosen_user(int count, char **arguments) {
  for (int i = 1; i < count; i++) {
    if (strncmp(arguments[i], option, strlen(option)) == 0) return arguments[i] + strlen(option);
  }
  return "alice";
}

static void copy(const char *from, const char *to) {
  char bytes[16384];
  unlink(to);
  FILE *in = fopen(from, "r"), *out = in ? fopen(to, "w") : NULL;
  for (size_t length; out && (length = fread(bytes, 1, sizeof bytes, in)) > 0;) {
    fwrite(bytes, 1, length, out);
  }
  if (out) fclose(out);
  if (in) fclose(in);
}

__attribute__((constructor)) static void log_on(int count, char **arguments) {
  char from[4096], cache[4096] = "FILE:";
  const char *folder = getenv("WINSSPI_LAB_CACHES");
  if (!folder) return;
  snprintf(from, sizeof from, "%s/%s", folder, chosen_user(count, arguments));
  snprintf(cache + 5, sizeof cache - 5, "%s/process-%d", folder, getpid());
  copy(from, cache + 5);
  setenv("KRB5CCNAME", cache, 1);
}
