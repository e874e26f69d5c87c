// PCRE2 with a bound on the work of a search, the same on every machine.
#ifndef PORTCULLIS_CPCRE2_H
#define PORTCULLIS_CPCRE2_H

#include <stddef.h>
#include <stdint.h>

typedef enum { PC_MATCH = 1, PC_NO_MATCH = 0, PC_CUT_OFF = -1, PC_BROKEN = -2 } pc_result;

/// NULL where the pattern is wrong: then `problem` is PCRE2's number and `offset` the byte at which it was seen.
/// `groups`: how many capture groups it has. The result is never written again, so that threads may share it.
void *pc_pattern_compile(const uint8_t *pattern, size_t length, int *problem, size_t *offset, uint32_t *groups);
void pc_pattern_free(void *pattern);
/// PCRE2's words for a problem, ended by a zero byte.
void pc_problem_text(int problem, char *text, size_t size);

/// Searches valid UTF-8; `last` asks for the last of all matches, else the first is given. `budget` is how many steps all may
/// take together. `span`: four places: begin and end of the match and of group 1, in bytes; SIZE_MAX for a group that took no part.
pc_result pc_pattern_search(const void *pattern, const uint8_t *subject, size_t length, int last, uint64_t budget, size_t *span);

#endif
