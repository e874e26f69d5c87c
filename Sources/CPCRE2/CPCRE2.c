#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "CPCRE2.h"

void *pc_pattern_compile(const uint8_t *pattern, size_t length, int *problem, size_t *offset, uint32_t *groups) {
  pcre2_compile_context *context = pcre2_compile_context_create(NULL);
  if (context == NULL) { *problem = PCRE2_ERROR_NOMEMORY; *offset = 0; return NULL; }
  pcre2_set_newline(context, PCRE2_NEWLINE_LF);  // a build option otherwise
  pcre2_set_bsr(context, PCRE2_BSR_UNICODE);
  // Automatic callouts are how a search is counted: PCRE2's own match limit begins anew at every start position, so that it
  // does not bound `x.*y` on a long text. No JIT: it counts otherwise, and a cut-off must not depend on the machine.
  uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_AUTO_CALLOUT | PCRE2_NEVER_BACKSLASH_C;
  pcre2_code *code = pcre2_compile(pattern, length, options, problem, offset, context);
  pcre2_compile_context_free(context);
  if (code != NULL) pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, groups);
  return code;
}

void pc_pattern_free(void *pattern) { pcre2_code_free(pattern); }

void pc_problem_text(int problem, char *text, size_t size) {
  if (pcre2_get_error_message(problem, (PCRE2_UCHAR *)text, size) < 0 && size > 0) text[0] = 0;
}

struct count { uint64_t left; size_t place; };

// One step for each item tried, and one for every eight bytes that a repeat ran over.
static int step(pcre2_callout_block *block, void *data) {
  struct count *count = data;
  size_t now = block->current_position, then = count->place;
  uint64_t cost = 1 + ((now > then ? now - then : then - now) >> 3);
  count->place = now;
  if (count->left < cost) return PCRE2_ERROR_MATCHLIMIT;
  count->left -= cost;
  return 0;
}

static size_t after(const uint8_t *subject, size_t length, size_t place) {
  do place++; while (place < length && (subject[place] & 0xC0) == 0x80);
  return place;
}

pc_result pc_pattern_search(const void *pattern, const uint8_t *subject, size_t length, int last, uint64_t budget, size_t *span) {
  pcre2_match_context *context = pcre2_match_context_create(NULL);
  pcre2_match_data *data = pcre2_match_data_create_from_pattern(pattern, NULL);
  pc_result result = PC_NO_MATCH;
  if (context == NULL || data == NULL) { result = PC_BROKEN; goto done; }
  struct count count = {budget, 0};
  pcre2_set_callout(context, step, &count);
  pcre2_set_match_limit(context, UINT32_MAX - 1);  // the count above is the bound
  pcre2_set_depth_limit(context, 200000);
  pcre2_set_heap_limit(context, 8192);  // KiB
  size_t start = 0;
  uint32_t options = PCRE2_NO_UTF_CHECK;
  while (start <= length) {
    count.place = start;
    int found = pcre2_match(pattern, subject, length, start, options, data, context);
    if (found == PCRE2_ERROR_NOMATCH) {
      if (!(options & PCRE2_ANCHORED)) break;
      // Nothing but the empty match here: go on after the next character.
      options = PCRE2_NO_UTF_CHECK;
      start = after(subject, length, start);
      continue;
    }
    if (found < 0) {
      int cut = found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_DEPTHLIMIT || found == PCRE2_ERROR_HEAPLIMIT;
      result = cut ? PC_CUT_OFF : PC_BROKEN;
      break;
    }
    size_t *ovector = pcre2_get_ovector_pointer(data);
    span[0] = ovector[0];
    span[1] = ovector[1];
    span[2] = found > 1 ? ovector[2] : PCRE2_UNSET;
    span[3] = found > 1 ? ovector[3] : PCRE2_UNSET;
    result = PC_MATCH;
    if (!last) break;
    // Each round goes forward or ends: `\K` inside look-around, which could end before its begin, does not compile.
    start = ovector[1];
    options = PCRE2_NO_UTF_CHECK | (ovector[0] == ovector[1] ? PCRE2_NOTEMPTY_ATSTART | PCRE2_ANCHORED : 0);
  }
done:
  pcre2_match_data_free(data);
  pcre2_match_context_free(context);
  return result;
}
