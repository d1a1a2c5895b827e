// handle_count PID: prints how many handles a process has. GetProcessHandleCount would say it on
// Windows; Wine answers it with 0, but lists the handles of the whole system.
#include <windows.h>
#include <winternl.h>

#include <stdio.h>
#include <stdlib.h>

#define SYSTEM_EXTENDED_HANDLE_INFORMATION 64
#define STATUS_TOO_SMALL ((NTSTATUS)0xC0000004)

typedef struct {
  void *object;
  ULONG_PTR process;
  ULONG_PTR handle;
  ULONG access;
  USHORT trace;
  USHORT type;
  ULONG attributes;
  ULONG reserved;
} HandleEntry;

typedef struct {
  ULONG_PTR count;
  ULONG_PTR reserved;
  HandleEntry entries[];
} HandleTable;

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  const ULONG_PTR process = strtoul(argv[1], NULL, 10);
  HandleTable *table = NULL;
  ULONG size = 1 << 16;
  NTSTATUS status;
  do {
    size *= 2;
    free(table);
    table = malloc(size);
    if (!table) return 1;
    status = NtQuerySystemInformation(SYSTEM_EXTENDED_HANDLE_INFORMATION, table, size, NULL);
  } while (status == STATUS_TOO_SMALL);
  if (status) return 1;
  ULONG_PTR count = 0;
  for (ULONG_PTR i = 0; i < table->count; i++) count += table->entries[i].process == process;
  printf("%lu\n", (unsigned long)count);
  return 0;
}
