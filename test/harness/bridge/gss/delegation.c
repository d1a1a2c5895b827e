// What a client delegates: its tickets, which live as long as a context or credentials have them.
#include <stdlib.h>

#include "gss.h"

struct Delegated {
  int references;  // atomic
  Tickets tickets;
};

Delegated* delegated_take(gss_cred_id_t handle) {
  OM_uint32 minor;
  Delegated* delegated = calloc(1, sizeof *delegated);
  if (delegated) {
    delegated->references = 1;
    if (tickets_store(handle, &delegated->tickets) != SSPI_OK) {
      free(delegated);
      delegated = NULL;
    }
  }
  gss_release_cred(&minor, &handle);
  return delegated;
}

Delegated* delegated_keep(Delegated* delegated) {
  if (delegated) __atomic_add_fetch(&delegated->references, 1, __ATOMIC_RELAXED);
  return delegated;
}

void delegated_release(Delegated* delegated) {
  if (!delegated || __atomic_sub_fetch(&delegated->references, 1, __ATOMIC_ACQ_REL)) return;
  tickets_destroy(&delegated->tickets);
  free(delegated);
}

const char* delegated_cache(const Delegated* delegated) { return delegated->tickets.cache; }
