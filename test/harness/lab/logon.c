// Preloaded into every process of Wine: its own copy of the logged-on user's tickets.
//
// Wine's Kerberos puts the ticket of an explicit identity into the default credential cache, so
// one process's explicit identity would become the logged-on user of all of them. And a Windows
// program cannot choose KRB5CCNAME for a child: Wine hands on the Unix environment unchanged. So
// the choice is an argument, which the child may ignore: --logged-on-as=NAME. And so is a folder with
// a krb5.conf and a keytab of the child's own: --kerberos-folder=PATH.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *chosen(int count, char **arguments, const char *option, const char *otherwise) {
  for (int i = 1; i < count; i++) {
    if (strncmp(arguments[i], option, strlen(option)) == 0) return arguments[i] + strlen(option);
  }
  return otherwise;
}

static void use_folder(const char *folder) {
  char configuration[4096], keytab[4096];
  snprintf(configuration, sizeof configuration, "%s/krb5.conf", folder);
  snprintf(keytab, sizeof keytab, "FILE:%s/keytab", folder);
  setenv("KRB5_CONFIG", configuration, 1);
  setenv("KRB5_KTNAME", keytab, 1);
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
  const char *user = chosen(count, arguments, "--logged-on-as=", "alice");
  snprintf(from, sizeof from, "%s/%s", folder, user);
  snprintf(cache + 5, sizeof cache - 5, "%s/process-%d", folder, getpid());
  copy(from, cache + 5);
  setenv("KRB5CCNAME", cache, 1);
  const char *own = chosen(count, arguments, "--kerberos-folder=", NULL);
  if (own) use_folder(own);
}
