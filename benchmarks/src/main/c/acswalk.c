/*
 * The search for ACS in C, over the file that WorkingSet.write makes and in its order: what
 * `acswatch bench c` measures ours against. Prints nanoseconds of CPU for each function (the median
 * of the rounds) and the sum of the answers.
 *
 *   acswalk FILE ROUNDS MILLISECONDS [PREFETCH]
 *
 * A round repeats the whole set until MILLISECONDS of CPU are used. PREFETCH: so many functions
 * ahead two lines are asked for; 0, as it is without, is the plain walk. Pointers are compared with
 * the length before they are followed, as in the walks that it stands beside.
 */
#define _POSIX_C_SOURCE 199309L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint16_t u16(const uint8_t *at) {
  uint16_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static uint32_t u32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

/* The ACS Control word, -1 if there is none. */
static int control_of(const uint8_t *space, int length) {
  if (length < 64 || !(u16(space + 6) & 1 << 4)) return -1;
  int at = space[0x34] & 0xFC;
  int express = 0;
  for (int hop = 0; hop < 48 && at >= 0x40 && at <= length - 2; hop++) {
    if (space[at] == 0x10) {
      express = 1;
      break;
    }
    at = space[at + 1] & 0xFC;
  }
  if (!express || length <= 0x100) return -1;
  at = 0x100;
  for (int hop = 0; hop < 960 && at >= 0x100 && at <= length - 4; hop++) {
    uint32_t header = u32(space + at);
    if (header == 0 || header == 0xFFFFFFFF) return -1;
    if ((header & 0xFFFF) == 0x000D) return at > length - 8 ? -1 : u16(space + at + 6);
    at = header >> 20 & ~3;
  }
  return -1;
}

static double cpu_nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return difference < 0 ? -1 : difference > 0;
}

int main(int count, char **arguments) {
  if (count < 4) {
    fprintf(stderr, "usage: acswalk FILE ROUNDS MILLISECONDS [PREFETCH]\n");
    return 2;
  }
  FILE *file = fopen(arguments[1], "rb");
  uint32_t head[2];
  if (!file || fread(head, sizeof head, 1, file) != 1) {
    perror(arguments[1]);
    return 3;
  }
  size_t functions = head[0];
  size_t size = functions * head[1];
  int rounds = atoi(arguments[2]);
  double slice = atof(arguments[3]) * 1e6;
  size_t ahead = count > 4 ? strtoul(arguments[4], NULL, 10) : 0;
  int32_t *starts = malloc(functions * sizeof *starts);
  int32_t *lengths = malloc(functions * sizeof *lengths);
  uint8_t *bytes = malloc(size);
  double *nanos = malloc(rounds * sizeof *nanos);
  if (rounds < 1 || !starts || !lengths || !bytes || !nanos ||
      fread(starts, sizeof *starts, functions, file) != functions ||
      fread(lengths, sizeof *lengths, functions, file) != functions ||
      fread(bytes, 1, size, file) != size) {
    fprintf(stderr, "acswalk: %s cannot be read, or no memory for it\n", arguments[1]);
    return 3;
  }
  long long sum = 0;
  for (int round = 0; round < rounds; round++) {
    long passes = 0;
    double began = cpu_nanos();
    double used;
    do {
      sum = 0;
      for (size_t i = 0; i < functions; i++) {
        if (ahead && i + ahead < functions) {
          __builtin_prefetch(bytes + starts[i + ahead]);
          __builtin_prefetch(bytes + starts[i + ahead] + 0x100);
        }
        sum += control_of(bytes + starts[i], lengths[i]);
      }
      passes++;
      used = cpu_nanos() - began;
    } while (used < slice);
    nanos[round] = used / passes / functions;
  }
  qsort(nanos, rounds, sizeof *nanos, ascending);
  printf("%.2f %lld\n", nanos[rounds / 2], sum);
  return 0;
}
