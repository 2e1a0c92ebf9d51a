#ifndef CLIBFUZZER_H
#define CLIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// libFuzzer without its own `main` (LLVM's documentation, "Using libFuzzer as a library"): calls `user` with inputs until
/// one of the arguments ends it.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*user)(const uint8_t *data, size_t size));

#endif
